package manifest

import (
	"bytes"
	_ "embed" // the page
	"encoding/json"
	"strings"
	"text/template"
)

//go:embed template.yaml.tmpl
var newPage string

// Template returns the commented page that `integrations new NAME --kind manifest` writes: it works against `demo --serve`
// once its input issuer is set. id must be one that a manifest can have; title is any text.
func Template(id, title string) []byte {
	name, err := json.Marshal(title) // a JSON text is a YAML text
	if err != nil || title == "" {
		name = []byte(id)
	}
	var page bytes.Buffer
	t := template.Must(template.New("page").Delims("<<", ">>").Parse(newPage))
	// The template and its data are ours: it cannot fail.
	if err := t.Execute(&page, map[string]string{"ID": id, "Name": string(name), "Letter": strings.ToUpper(initial(id))}); err != nil {
		panic(err)
	}
	return page.Bytes()
}
