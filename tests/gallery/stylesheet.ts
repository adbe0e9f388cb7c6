/** What the gallery's page has besides the style sheet of the stress tester's report. */
export const STYLE = `
a { color: inherit; text-decoration-color: var(--rule); text-underline-offset: .15em; }
a:hover { text-decoration-color: currentColor; }
:target { scroll-margin-top: 1rem; }
dt:target, dt:target + dd { background: var(--panel); }
table { width: 100%; }
thead th { min-width: 0; font-size: .8125rem; line-height: 1.3; vertical-align: bottom; text-wrap: balance; overflow-wrap: normal; }
thead th:first-child, th:first-child { min-width: 0; }
th, td { padding: .25rem .5rem; }
tbody th { white-space: nowrap; position: sticky; left: 0; background: var(--page); z-index: 1; }
tbody th small { color: var(--soft); margin-left: .25rem; }
.marker { width: .75rem; height: .75rem; margin-right: .35rem; vertical-align: -.05em; overflow: visible; }
h2 .marker { width: 1rem; height: 1rem; }
section > h2::first-letter { text-transform: uppercase; }
.server > h2::first-letter { text-transform: none; }
.metrics td.best { font-weight: 600; color: var(--good); }
td.none { color: var(--soft); }
td.failed { color: var(--bad); }
.metrics td small { font-weight: 400; }
.matrix td, .matrix thead th { text-align: center; }
.matrix thead th:first-child { text-align: left; }
.matrix td a { text-decoration: none; font-weight: 700; padding: 0 .5rem; }
.meanings, .offences { font-size: .875rem; }
.meanings dt, .offences dt { white-space: nowrap; }
.offences a { color: var(--ink); }
.load { display: grid; gap: 1rem 2rem; margin-top: .75rem; align-items: start; }
.load figure { max-width: 44rem; }
@media (min-width: 62rem) { .load { grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); } .load .scroll:only-child { grid-column: 1 / -1; max-width: 30rem; } }
.load tbody th small { display: none; }
.load th, .load td { padding-left: .375rem; padding-right: .375rem; }
.load td small { font-size: .75em; }
.server { border-top: 1px solid var(--grid); margin-top: 2rem; }
.server h2 { margin-top: 1.25rem; }
summary { cursor: pointer; color: var(--soft); font-size: .9375rem; margin-top: .5rem; }
details pre { white-space: pre; overflow-x: auto; overflow-wrap: normal; }
@media (max-width: 44rem) {
  tbody th small { display: none; }
  .meanings dt, .offences dt { white-space: normal; }
}
@media print { tbody th { position: static; } .server details { display: none; } }
`;
