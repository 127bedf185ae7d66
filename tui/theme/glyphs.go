package theme

// Glyphs are one cell wide each; those of ASCII in brackets.
type Glyphs struct {
	Cursor   string            // ▸ [>]
	Full     string            // █ [#]
	Empty    string            // ░ [.]
	None     string            // · [.]
	OK       string            // ✓ [+]
	Warn     string            // ! [!]
	Error    string            // ✕ [x]
	Info     string            // • [*]
	Rule     string            // ─ [-]
	Masked   string            // • [*]
	Ellipsis string            // … [~]
	Arrow    string            // › [>]
	Dash     string            // – [-]
	States   map[string]string // by state word: ●◐◌↻✕!⊘ [* ~ o % x ! -]
	Box      [6]string         // corners tl tr bl br, horizontal, vertical: ╭╮╰╯─│ [++++-|]
}

func unicodeGlyphs() Glyphs {
	return Glyphs{
		Cursor: "▸", Full: "█", Empty: "░", None: "·", OK: "✓", Warn: "!", Error: "✕", Info: "•", Rule: "─", Masked: "•",
		Ellipsis: "…", Arrow: "›", Dash: "–",
		States: map[string]string{
			"ok": "●", "expiring": "◐", "refreshing": "◌", "retrying": "↻", "expired": "✕", "sign_in_needed": "!", "revoked": "⊘",
		},
		Box: [6]string{"╭", "╮", "╰", "╯", "─", "│"},
	}
}

func asciiGlyphs() Glyphs {
	return Glyphs{
		Cursor: ">", Full: "#", Empty: ".", None: ".", OK: "+", Warn: "!", Error: "x", Info: "*", Rule: "-", Masked: "*",
		Ellipsis: "~", Arrow: ">", Dash: "-",
		States: map[string]string{
			"ok": "*", "expiring": "~", "refreshing": "o", "retrying": "%", "expired": "x", "sign_in_needed": "!", "revoked": "-",
		},
		Box: [6]string{"+", "+", "+", "+", "-", "|"},
	}
}
