package manifest

// idPattern is what names an integration.
const (
	idPattern = `^[a-z0-9-]{1,64}$`
	idWords   = "1 to 64 of a-z, 0-9 and -"
)

// schema is the whole page (§5.1).
func schema() field {
	return object("", "a manifest",
		required(number("manifest", "format version, 1")),
		required(text("id", "the name in verbs and on disk")),
		required(text("name", "what people call it")),
		object("icon", "one cell wide, drawn for a terminal", text("glyph", "one cell"), text("ascii", "one ASCII character"), text("colour", "#rrggbb")),
		texts("categories", "for search"), texts("notes", "what a user should know"),
		urlOf("docs", "the vendor's documentation"), urlOf("console", "the page where a client is made"),
		either("setup", "further steps of the set-up", list("", "", tmplOf("", "")), object("", "",
			list("before", "before the redirect address is registered", tmplOf("", "")), list("after", "once it is", tmplOf("", "")))),
		named(mapOf("inputs", "config items", input()), `^[a-z][a-z0-9_]{0,63}$`, "a-z, 0-9 and _, a letter first"),
		object("client", "what a client of the provider is made of",
			word("needs", "what must be there before a login", "id_and_secret", "id", "none"),
			text("id", "a client id that everybody may use"),
			text("type", "which client type to choose in the console"),
			laterKey("secret_is", "what the secret is called there")),
		urlOf("issuer", "metadata is read from here; keys of the manifest win"),
		object("register", "RFC 7591", urlOf("url", "registration endpoint"), laterKey("kind", "a call of the provider's own"),
			laterKey("response", "paths of that call's answer"), laterKey("method", "HTTP method"), laterKey("auth", "authentication"),
			laterKey("in", "place of the fields"), laterKey("body", "encoding"), laterKey("params", "fields"), laterKey("drop", "fields"),
			laterKey("rename", "fields"), laterKey("headers", "headers")),
		authorizeKey(),
		laterKey("callback", "names of the fields that the redirect brings"),
		phase("token", "exchange of the code", answer(), codeKey("executeCallback")),
		refreshKey(),
		laterKey("device", "RFC 8628"), laterKey("par", "RFC 9126"), laterKey("client_credentials", "a grant without a user"),
		laterKey("dpop", "RFC 9449"),
		either("pkce", "RFC 7636; there is no plain", word("", "", "s256", "required", "none"),
			object("", "", laterKey("mode", "s256, required or none"), laterKey("challenge", "hex"))),
		laterKey("after_token", "calls that finish a login"), laterKey("capture", "values learned at login"),
		object("identity", "who is connected", request("request", "the call that tells", kindURL),
			laterWords(word("from", "where it stands without a call", "token", "id_token"), "callback"),
			pick("name", "becomes the connection's identity"), pick("email", "mail address"), pick("id", "stable id"),
			pick("image", "https address of a picture"), pick("account", "workspace or tenant")),
		either("revoke", "how a grant is ended", revokeCall(), list("", "", revokeCall())),
		phase("introspect", "how to ask about a token",
			condition("active", "the answer means: alive; default active is true"),
			list("inactive", "statuses that mean: not alive", number("", "")),
			word("token", "the only token this call knows", "refresh_token", "access_token"),
			text("none", "why there is none, although the metadata may name one"),
			laterKey("expires", "path"), laterKey("scope", "path"), laterKey("identity", "path"), laterKey("response", "paths")),
		scopesKey(), redirectKey(), lifetimeKey(), apiKey(),
		named(mapOf("actions", "operations that run against a live token", action()), `^[A-Za-z0-9_-]{1,64}$`, "1 to 64 of letters, digits, _ and -"),
		text("service", "folder of a FlowRunner service beside this file, whose actions run on this connection"),
		named(mapOf("dictionaries", "choices for parameters", dictionary()), `^[A-Za-z0-9_-]{1,64}$`, "1 to 64 of letters, digits, _ and -"),
		laterKey("checks", "calls that tell whether the connection works"),
		mapOf("evidence", "where each fact was read", either("", "", text("", ""), texts("", ""))),
		texts("unverified", "fields without a source"), texts("conflicts", "facts that sources dispute"),
		text("facts", "month the facts were read in, such as 2026-11"),
		truth("discovered", "written from a server's metadata"),
	)
}

func input() field {
	return object("", "",
		text("label", "what it is called"), text("hint", "a sentence"), text("example", "a value"),
		word("type", "what is typed", "string", "text", "bool", "choice", "date"),
		list("options", "choices", either("", "", text("", ""), object("", "", required(text("value", "what is kept")), text("label", "what is shown"),
			laterKey("set", "further variables")))),
		anyOf("default", "a value"), truth("required", "default true"), truth("secret", "sealed and masked"),
		text("prefix", "stripped when typed"), text("suffix", "stripped when typed"), regex("pattern", "what remains must match, whole"),
		laterWords(word("per", "asked once, or at each login", "integration"), "connection"),
	)
}

func authorizeKey() field {
	return object("authorize", "the authorization request",
		urlOf("url", "authorization endpoint"), codeKey("getOAuth2ConnectionURL"),
		mapOf("params", "parameters to add or replace", anyOf("", "")),
		mapOf("params_again", "the same, only when signing in again", anyOf("", "")),
		mapOf("params_other", "the same, only when another connection exists: the user should choose the account", anyOf("", "")),
		text("hint", "parameter that carries the wanted account; default login_hint"),
		texts("drop", "fields of the RFC that are not sent"),
		mapOf("rename", "RFC name to the provider's name", text("", "")),
		truth("drop_empty", "parameters without a value are left out"),
		laterKey("fragment", "the query goes behind #"), laterKey("method", "HTTP method"), laterKey("auth", "authentication"),
		laterKey("in", "place of the fields"), laterKey("body", "encoding"), laterKey("headers", "headers"), laterKey("response", "paths"),
		truth("secret_in_url", "the provider demands a secret in the URL"),
	)
}

func refreshKey() field {
	return phase("refresh", "trading the refresh token; url, auth, in, body, headers, rename and response come from token",
		laterWords(word("strategy", "how", "refresh_token", "none"), "exchange", "regrant"), codeKey("refreshToken"),
		answer(),
		laterKey("keep", "what stays when the answer omits it"), laterKey("extend", "by how much a refresh prolongs"),
		object("needs", "what a refresh token depends on", text("param", "a parameter of authorize"), text("scope", "a scope")),
		laterKey("ahead", "how long before expiry"), laterKey("tokens", "one call per named token"), laterKey("also", "what to repeat after"),
	)
}

func scopesKey() field {
	return object("scopes", "what is asked for",
		texts("default", "unless the user says otherwise"),
		text("separator", "default a blank"),
		laterWords(word("encode", "", "full"), "raw"),
		word("send", "never: fixed in the console, or chosen at consent", "when_set", "never"),
		laterWords(word("granted_from", "where the granted ones are told", "token", "none"), "callback", "introspect"),
		mapOf("list", "scope and its meaning", either("", "", text("", ""), object("", "", text("meaning", "words"),
			laterKey("implies", "further scopes"), laterKey("sensitive", "bool")))),
		laterKey("extra", "further scope parameters"), laterKey("exclusive", "groups of which a token serves one"),
	)
}

func redirectKey() field {
	return object("redirect", "where the browser comes back to",
		word("class", "how the provider compares the address", "any_port", "loopback", "localhost_only", "ip_only", "dev_only", "conditional",
			"https_only", "tenant", "unknown"),
		word("host", "default by class", "127.0.0.1", "localhost"),
		number("port", "default: the program's fixed port"),
		text("path", "default /callback"),
		laterKey("send", "template of the parameter"),
		truth("register", "false: the provider keeps no list of addresses, so none is to be registered"),
		text("note", "shown in the set-up"),
	)
}

func lifetimeKey() field {
	return object("lifetime", "what the documents say; what an answer says always wins",
		lifetime("access", "of an access token"),
		either("refresh", "of a refresh token", lifetime("", ""), object("", "", lifetime("idle", "without use"), lifetime("absolute", "from the login on"),
			word("uses", "how often it works", "single", "many"))),
		word("rotates", "a refresh brings a new refresh token", "always", "never", "sometimes", "unknown"),
		span("grace", "how long the old one still works"),
		span("code", "of the code"),
		list("cases", "special cases", object("", "", required(text("when", "words")), lifetime("access", "then"), lifetime("refresh", "then"))),
		texts("limits", "words"),
	)
}

func apiKey() field {
	return object("api", "where the token may go",
		urlOf("base_url", "relative addresses of actions start here"),
		list("hosts", "hosts, or addresses whose host counts; default the host of base_url", tmplOf("", "")),
		object("token", "where the token stands", text("header", "default Authorization"), text("scheme", "default Bearer; \"\" for none"),
			laterKey("query", "name of a query parameter"), laterKey("secret_in_url", "bool")),
		mapOf("headers", "sent with each call", tmplOf("", "")),
		mapOf("params", "query parameters of each call", anyOf("", "")),
		laterKey("rate_limit", "header names and rules"), paging("paging", "how the lists of actions with `paging: true` go on"),
	)
}

func action() field {
	return object("", "",
		text("label", "what it is called"), text("description", "a sentence"), text("category", "a word"),
		list("params", "parameters", param()),
		request("request", "the call", kindRelURL), text("code", "instead of request: FILE.js or FILE.js#method, a FlowRunner class beside this file"),
		object("response", "how to read the answer", pathOf("root", "path of the result"), condition("ok_when", "must hold beside HTTP 2xx"), errorPaths()),
		texts("scopes", "what it needs"),
		either("paging", "how its list goes on; true: as api.paging says", truth("", ""), paging("", "")),
		field{key: "sample", doc: "an example of the result", kind: kindSample},
		truth("destructive", "cannot be undone"), span("timeout", "default 30s"), truth("signin", "false: needs no connection"),
	)
}

func param() field {
	return object("", "",
		required(text("name", "a word")), text("label", "what it is called"), text("description", "a sentence"),
		laterWords(word("type", "default String", "String", "Number", "Boolean", "Object", "Date", "Array", "Array<String>", "Array<Number>",
			"Array<Object>"), "FilesUploadOptions"),
		truth("required", "default false"), anyOf("defaultValue", "a value"),
		object("uiComponent", "how a form asks",
			laterWords(word("type", "widget", "SINGLE_LINE_TEXT", "MULTI_LINE_TEXT", "NUMERIC", "NUMERIC_STEPPER", "TOGGLE", "CHECKBOX", "DROPDOWN",
				"MULTI_SELECT_DROPDOWN", "DATE", "DATE_PICKER", "DATE_TIME_PICKER", "CODE_EDITOR"), "FILE_SELECTOR"),
			decimal("min", "least number"), decimal("max", "greatest number"), decimal("step", "numbers are that far apart, from min or 0 on"),
			text("language", "of code")),
		object("options", "choices", list("values", "", either("", "", anyOf("", ""), object("", "", anyOf("label", "what is shown"), required(anyOf("value", "what is sent")))))),
		text("dictionary", "the dictionary that has the choices"), texts("dependsOn", "parameters whose values the dictionary gets as criteria"),
		truth("freeform", "other values than the choices are taken; of an Object any member"),
		text("schemaLoader", "the dictionary that tells the members of an Object"),
	)
}

// dictionary is a call that lists choices, or tells further parameters.
func dictionary() field {
	return object("", "",
		request("request", "the call; it may use {{search}}, {{cursor}} and {{criteria.NAME}}", kindRelURL),
		condition("ok_when", "must hold beside HTTP 2xx"),
		pathOf("items", "path of the list; default the whole answer"),
		pathOf("value", "path in an item of what is sent; default the item itself"), pathOf("label", "path of what is shown; default the value"),
		pathOf("note", "path of what is shown beside it"), pathOf("cursor", "path of what {{cursor}} is for the next page"),
		pathOf("params", "path of a list of parameters, in the shape of params: a dictionary for schemaLoader"),
		texts("scopes", "what it needs"), truth("signin", "false: needs no connection"),
	)
}

// paging says how a list goes on.
func paging(key, doc string) field {
	return object(key, doc,
		required(word("kind", "cursor: a text of the answer asks for the next page; link: an address; offset and page: counted here", "cursor", "link", "offset", "page")),
		text("param", "query parameter that asks for a page; without it the request uses {{cursor}}"),
		pathOf("next", "path of the cursor, or of the address of the next page; of a link without it: the Link header"),
		pathOf("more", "path of a truth value: false on the last page"),
		pathOf("items", "path of the list whose items are counted; default response.root"),
		pathOf("total", "path of the number of all items, or of all pages"),
		text("size_param", "query parameter for the size of a page"), number("size", "items of a page"),
		number("first", "the first page's number; default 1"),
	)
}
