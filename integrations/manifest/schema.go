package manifest

// The schema of a page as data: what a key may hold, and what it is for. The loader checks against it, and the published
// JSON Schema is made from it. A key of reference/manifests.md that is not built yet stands here too, with laterKey, so that
// it is refused by name and never ignored; building it means giving it a kind, and a field in spec.go.

// kind is what a key holds.
type kind int

const (
	kindText     kind = iota // text for people or a word for the protocol, no templates
	kindTemplate             // text with templates
	kindURL                  // a template that makes an absolute address
	kindRelURL               // the same, or a path below api.base_url
	kindPath                 // a dotted path into an answer
	kindPick                 // a path, or a template if it holds {{
	kindBool
	kindInt
	kindNumber   // with or without decimals
	kindDuration // 90s, 8h, 7d, 2w
	kindLifetime // the same, or never, or unknown
	kindWord     // one of words
	kindPattern  // a regular expression (RE2)
	kindValue    // any value, templates in its texts
	kindSample   // any value, as it is
	kindList     // of elem
	kindMap      // of elem by name
	kindObject   // of fields
	kindEither   // what the shape of the value picks among alts
	kindLater    // legal, but not supported by this version
)

// field is a key of an object, or the element of a list or map (its key is "" then).
type field struct {
	key    string
	doc    string
	kind   kind
	need   bool     // required
	words  []string // kindWord: what it can be
	later  []string // kindWord: what it can be in a later version
	names  string   // kindMap: pattern of the names
	naming string   // kindMap: that pattern in words
	elem   *field   // kindList, kindMap
	fields []field  // kindObject
	alts   []field  // kindEither
}

func text(key, doc string) field     { return field{key: key, doc: doc, kind: kindText} }
func tmplOf(key, doc string) field   { return field{key: key, doc: doc, kind: kindTemplate} }
func urlOf(key, doc string) field    { return field{key: key, doc: doc, kind: kindURL} }
func pathOf(key, doc string) field   { return field{key: key, doc: doc, kind: kindPath} }
func pick(key, doc string) field     { return field{key: key, doc: doc, kind: kindPick} }
func truth(key, doc string) field    { return field{key: key, doc: doc, kind: kindBool} }
func number(key, doc string) field   { return field{key: key, doc: doc, kind: kindInt} }
func decimal(key, doc string) field  { return field{key: key, doc: doc, kind: kindNumber} }
func lifetime(key, doc string) field { return field{key: key, doc: doc, kind: kindLifetime} }
func span(key, doc string) field     { return field{key: key, doc: doc, kind: kindDuration} }
func regex(key, doc string) field    { return field{key: key, doc: doc, kind: kindPattern} }
func anyOf(key, doc string) field    { return field{key: key, doc: doc, kind: kindValue} }

func word(key, doc string, words ...string) field {
	return field{key: key, doc: doc, kind: kindWord, words: words}
}

func list(key, doc string, elem field) field {
	return field{key: key, doc: doc, kind: kindList, elem: &elem}
}

func object(key, doc string, fields ...field) field {
	return field{key: key, doc: doc, kind: kindObject, fields: fields}
}

func either(key, doc string, alts ...field) field {
	return field{key: key, doc: doc, kind: kindEither, alts: alts}
}

func mapOf(key, doc string, elem field) field {
	return field{key: key, doc: doc, kind: kindMap, elem: &elem}
}

func named(f field, pattern, words string) field {
	f.names, f.naming = pattern, words
	return f
}

func required(f field) field { f.need = true; return f }

func laterWords(f field, words ...string) field { f.later = words; return f }

// laterKey is a key that is legal in a manifest and not built yet.
func laterKey(key, doc string) field { return field{key: key, doc: doc, kind: kindLater} }

// codeKey leaves an operation to JavaScript.
func codeKey(method string) field {
	return text("code", "FILE.js beside this file: a FlowRunner class whose "+method+" does it")
}

func texts(key, doc string) field { return list(key, doc, text("", "")) }
