"""The page's own style sheet; colours and sizes of widgets are in .streamlit/config.toml."""

STYLE = """<style>
.stMainBlockContainer {max-width: 72rem; padding-top: 2.5rem; padding-bottom: 3rem}
@media (min-height: 48rem) {
  .stColumn:has(.st-key-outcome) {position: sticky; top: 1.5rem; align-self: flex-start}
}
.stFormSubmitButton button:hover, .stFormSubmitButton button:focus-visible
  {background: #0f5c55; border-color: #0f5c55}
/* Streamlit tells only a screen reader why a number is refused, and then ignores the button. */
.stNumberInput [data-testid=stNumberInputContainer]:has([role=alert])
  {height: auto; flex-wrap: wrap}
.stNumberInput [role=alert] {position: static; clip: auto; width: 100%; height: auto; order: 1;
  margin: 0; padding: 0 .75rem .5rem; white-space: normal; font-size: .875rem; color: #9b1c2f}
.stNumberInput [data-testid=stNumberInputContainer]:has(.missing)
  {border-color: #9b1c2f; background: #fbf1f2}
.stNumberInput:has(.missing) [data-testid=InputInstructions] {display: none}
.stForm .stHorizontalBlock:has([aria-invalid=true]) .stVerticalBlock {justify-content: flex-start}
.stForm:has([aria-invalid=true]) .stFormSubmitButton::after {
  content: "A number is missing or outside its range: see the field in red."; color: #9b1c2f;
  display: block; margin-top: .5rem; font-size: .875rem}
.lead {color: #4a5b59; margin: 0}
.estimate, .used, .hint {border: 1px solid #d5dedc; border-radius: .75rem; padding: 1.25rem}
.estimate {background: #f3f6f5}
.estimate, .st-key-problem {scroll-margin: 1rem}
.estimate h2, .used h2 {font-size: 1rem; font-weight: 600; margin: 0; padding: 0}
.estimate .price {font-size: 2.75rem; font-weight: 700; line-height: 1.2; margin: 0;
  color: #14756b; font-variant-numeric: tabular-nums}
.estimate .sentence {margin: .75rem 0 0}
.estimate .beyond {margin: .75rem 0 0; padding: .5rem .75rem; border-left: .25rem solid #b7791f;
  background: #fdf6e3; color: #5c3d00; font-size: .875rem; overflow-wrap: anywhere}
.picture {margin-top: .75rem}
.scale {position: relative; height: 1.25rem}
.scale::before {content: ""; position: absolute; inset: .5rem 0; border-radius: 1rem;
  background: #d5dedc}
.scale .band {position: absolute; left: 15%; right: 15%; top: .25rem; bottom: .25rem;
  border-radius: 1rem; background: #6fb3a9}
.scale .dot {position: absolute; top: 0; width: 1.25rem; height: 1.25rem; margin-left: -.625rem;
  box-sizing: border-box; border: .25rem solid #fff; border-radius: 50%; background: #0f5c55}
.ends {display: flex; justify-content: space-between; padding: .25rem 5% 0; font-size: .875rem;
  font-variant-numeric: tabular-nums}
.origin {color: #4a5b59; font-size: .875rem; margin: .75rem 0; overflow-wrap: anywhere}
.origin a, .origin a:visited {color: #0f5c55}
.used dl {margin: .5rem 0 0; padding: 0; font-size: .875rem}
.used dl div {display: flex; justify-content: space-between; gap: 1rem; padding: .2rem 0}
.used dl div + div {border-top: 1px solid #e6ecea}
.used dt {color: #4a5b59}
.used dd {margin: 0; text-align: right}
.hint {color: #4a5b59; border-style: dashed}
/* Nobody should scroll past sixty inputs to find the button; what has the focus stays above it. */
.st-key-long-form .stElementContainer:has(.stFormSubmitButton) {position: sticky; bottom: 0;
  z-index: 2; background: #fff; padding: .75rem 0}
.st-key-long-form :is(input, button, summary) {scroll-margin-bottom: 6rem}
.stForm details:not([open]):has([aria-invalid=true]) summary {flex-wrap: wrap}
.stForm details:not([open]):has([aria-invalid=true]) summary::after {
  content: "A number in here is missing or outside its range."; color: #9b1c2f; font-size: .875rem}
@media (max-width: 60rem) {
  .st-key-page > .stHorizontalBlock, .st-key-page > * > .stHorizontalBlock {flex-wrap: wrap}
  .st-key-page .stColumn:has(.st-key-outcome), .st-key-page .stColumn:has(.stForm)
    {min-width: 100%}
}
</style>"""
