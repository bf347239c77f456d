extension DrillPage {
    /// Colours of the phases tell neighbours apart for eyes that see few colours, too.
    static let style = """
        :root { --ink: #1b1f24; --quiet: #5d6670; --paper: #ffffff; --line: #d9dee3; --soft: #f4f6f8;
          --ok: #17703a; --broken: #b3261e; --unknown: #8a5a00; --note: #35618e; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6e9ec; --quiet: #9aa4ae; --paper: #14181c; --line: #323a42; --soft: #1d2328;
            --ok: #5cc98a; --broken: #ff8a80; --unknown: #f0b754; --note: #8fbce8; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
        header { border-left: .4rem solid var(--accent); padding: .25rem 0 .25rem 1.25rem; }
        header.ok { --accent: var(--ok); }
        header.broken { --accent: var(--broken); }
        header.unknown { --accent: var(--unknown); }
        header p { margin: .35rem 0; }
        .verdict { color: var(--accent); font-weight: 700; letter-spacing: .06em; text-transform: uppercase; }
        h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
        h2 { margin: 2.25rem 0 .6rem; font-size: 1.15rem; }
        .quiet, dt { color: var(--quiet); }
        section p { margin: .35rem 0; }
        .wide { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-size: .94rem; }
        th, td { padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); text-align: left;
          vertical-align: top; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
        thead th { color: var(--quiet); font-weight: 500; }
        tbody th { width: 10.5rem; font-weight: 600; white-space: nowrap; padding-left: 1.4rem; position: relative; }
        thead th:first-child { padding-left: 1.4rem; }
        tbody th::before { content: ""; position: absolute; left: .15rem; top: .95rem; width: .6rem; height: .6rem;
          border-radius: 50%; background: var(--dot); }
        tr.ok { --dot: var(--ok); }
        tr.broken { --dot: var(--broken); }
        tr.unknown { --dot: var(--unknown); }
        tr.note { --dot: var(--note); }
        .bar { display: flex; height: 1.5rem; margin: .9rem 0 .6rem; border-radius: .3rem; overflow: hidden;
          background: var(--soft); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        .part { min-width: 2px; }
        .keys { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin: 0 0 .6rem; padding: 0; list-style: none;
          font-size: .94rem; }
        .key { display: inline-block; width: .75rem; height: .75rem; margin-right: .45rem; border-radius: .15rem; }
        .p0 { background: #4477aa; } .p1 { background: #66ccee; } .p2 { background: #228833; }
        .p3 { background: #ccbb44; } .p4 { background: #ee6677; } .p5 { background: #aa3377; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.25rem; margin: 0; }
        dd { margin: 0; overflow-wrap: anywhere; }
        th { overflow-wrap: normal; }
        td { min-width: 7rem; }
        @media (max-width: 34rem) { tbody th { width: auto; } dl { grid-template-columns: 1fr; }
          dd { margin-bottom: .4rem; } }
        @media print { main { max-width: none; padding: 0; } tr, header { break-inside: avoid; }
          .wide { overflow: visible; } }
        """
}
