# /// script
# [tool.marimo.display]
# theme = "light"
# ///

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="opsvd explore")


@app.cell
def _():
    import marimo as mo

    import opsvd
    from opsvd.explorer import EXAMPLES, HELP, Inputs, cards, facts, message, sampled, svg, table

    return EXAMPLES, HELP, Inputs, cards, facts, message, mo, opsvd, sampled, svg, table


@app.cell
def _(EXAMPLES, mo):
    given = mo.cli_args()
    start = {given["formula"]: (given["formula"], given["x"], given["y"], int(given["k"]))} if given else {}
    examples = start | {name: one for name, one in EXAMPLES.items() if name not in start}
    example = mo.ui.dropdown(examples, value=next(iter(examples)), label="Example")
    mo.vstack([
        mo.md("# The singular values of a kernel\n\nType a function $h(x, y)$. Its singular values and functions under "
              "the measures of x and y are computed by quadrature, each value with an error bar, and compared with "
              "those of random matrices $h(x_i, y_j) / n$. Press Enter, or leave a field, to compute."),
        example,
    ])
    return (example,)


@app.cell
def _(HELP, example, mo):
    formula = mo.ui.text(example.value[0], label="$h(x, y)$", full_width=True)
    x = mo.ui.text(example.value[1], label="measure of x")
    y = mo.ui.text(example.value[2], label="measure of y")
    k = mo.ui.number(1, 100_000, value=example.value[3], label="k")
    rtol = mo.ui.dropdown({f"1e-{digits}": 10.0**-digits for digits in (3, 4, 6, 8, 10, 12)}, value="1e-10",
                          label="rtol")
    n = mo.ui.dropdown({"30, 100": (30, 100), "30, 100, 300": (30, 100, 300),
                        "30, 100, 300, 1000": (30, 100, 300, 1000), "300, 1000, 3000": (300, 1000, 3000)},
                       value="30, 100, 300", label="sizes n")
    seconds = mo.ui.dropdown({str(one): float(one) for one in (5, 20, 60)}, value="20", label="seconds, at most")
    others = mo.hstack([x, y, k.style(max_width="7rem"), rtol, n, seconds], justify="start", wrap=True, gap=1.0)
    mo.vstack([formula, others, mo.accordion({"What can be typed": mo.md(HELP)})])
    return formula, k, n, rtol, seconds, x, y


@app.cell
def _(Inputs, formula, k, message, mo, n, rtol, seconds, x, y):
    inputs = Inputs(formula.value, x.value, y.value, k.value, rtol.value, n.value, seconds.value)
    try:
        h, (mu_x, mu_y) = inputs.kernel(), inputs.measures()
    except Exception as error:
        mo.stop(True, mo.Html(message(error)))
    return h, inputs, mu_x, mu_y


@app.cell
def _(facts, h, inputs, message, mo, mu_x, mu_y, opsvd):
    try:
        with mo.status.spinner(f"Decomposing {inputs.formula} ..."):
            svd = opsvd.decompose(h, mu_x, mu_y, rtol=inputs.rtol, max_seconds=inputs.max_seconds)
    except Exception as error:
        mo.stop(True, mo.Html(message(error)))
    mo.Html(facts(svd))
    return (svd,)


@app.cell
def _(cards, inputs, mo, opsvd, svd, svg):
    mo.Html(cards([
        (svg(svd.plot, f"Singular values of {inputs.formula} with error bars"),
         "Singular values against their index. What lies in the grey area cannot be told from zero."),
        (svg(lambda ax: opsvd.plot_functions(svd, ax), f"Singular functions of {inputs.formula}"),
         "The first singular functions of x (solid) and of y (dashed)."),
    ]))
    return


@app.cell
def _(cards, h, inputs, mo, mu_x, mu_y, opsvd, svd, svg, table):
    with mo.status.spinner("Looking for breaks ..."):
        image = "" if inputs.k > 1 else svg(
            lambda ax: opsvd.plot_breaks(h, mu_x, mu_y, ax, max_seconds=inputs.max_seconds),
            f"Where {inputs.formula} breaks")
    breaks = [(image, "The kernel in grey, and dots where it jumps, has a kink or is singular.")] if image else []
    mo.Html(cards([*breaks, (table(svd), "")]))
    return


@app.cell
def _(cards, h, inputs, message, mo, sampled, svd, svg):
    try:
        with mo.status.spinner(f"Drawing random matrices of the sizes {', '.join(map(str, inputs.n))} ..."):
            check = sampled(h, svd, inputs.n, inputs.max_seconds)
    except Exception as error:
        mo.stop(True, mo.Html(message(error)))
    mo.Html(cards([
        (svg(check.plot, f"Singular values of random matrices of {inputs.formula} beside those predicted"),
         "Mean singular values of random matrices, which the predictions at that n (diamonds) must meet. Lines are the "
         "values of the operator, for infinite n."),
        (svg(check.plot_effective_rank, f"Effective rank of random matrices of {inputs.formula} against their size"),
         f"The effective rank of random matrices against their size n. The verdict: {check.verdict}."),
    ]))
    return


@app.cell
def _(inputs, mo):
    mo.accordion({"Python code that computes all of this": mo.ui.code_editor(inputs.code(), disabled=True)})
    return


if __name__ == "__main__":
    app.run()
