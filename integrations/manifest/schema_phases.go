package manifest

// The parts of the schema that several keys share: phases, free requests, answers.

func authKey() field {
	return either("auth", "client authentication",
		word("", "", "basic", "post", "query", "none", "bearer"),
		object("", "", laterKey("basic", "user and password of an odd Basic"), laterKey("header", "credentials in a header"),
			laterKey("assertion", "a signed assertion")))
}

// phase is a protocol call that starts from the fields its RFC sends (§5.3).
func phase(key, doc string, more ...field) field {
	fields := []field{
		urlOf("url", "the endpoint"),
		word("method", "HTTP method", "GET", "POST", "PUT", "PATCH", "DELETE"),
		authKey(),
		word("in", "where the fields of the call go", "body", "query"),
		word("body", "encoding of the body", "form", "json"),
		mapOf("params", "fields to add or replace", anyOf("", "")),
		texts("drop", "fields of the RFC that are not sent"),
		mapOf("rename", "RFC name to the provider's name", text("", "")),
		mapOf("headers", "headers to send", tmplOf("", "")),
		truth("secret_in_url", "the provider demands a secret in the URL"),
	}
	return object(key, doc, append(fields, more...)...)
}

// condition is ok_when and its like.
func condition(key, doc string) field {
	return object(key, doc,
		required(pathOf("path", "what is looked at")),
		anyOf("is", "it must be this"),
		anyOf("not", "it must not be this"),
		list("in", "it must be one of these", anyOf("", "")),
		truth("present", "it must be there, or must not"),
		regex("matches", "it must match"),
	)
}

func errorPaths() field {
	return object("error", "where the provider's error stands",
		pathOf("code", "path of the code"),
		pathOf("text", "path of the words"),
		mapOf("as", "the provider's code to the code of RFC 6749 it means, such as invalid_grant", text("", "")),
	)
}

func expiry(key, doc string) field {
	one := object("", "",
		pathOf("path", "where the lifetime stands"),
		laterWords(word("as", "unit or form", "seconds", "milliseconds", "unix", "unix_ms", "iso8601", "http_date", "clock")),
		either("else", "when it is missing", laterWords(word("", "", "unknown", "never", "jwt"), "introspect"), span("", "")),
	)
	return either(key, doc, one, list("", "", one))
}

// answer is the response of a token call (§5.5).
func answer() field {
	return object("response", "how to read the answer",
		laterWords(word("format", "encoding of the answer", "auto"), "json", "form", "text"),
		pathOf("root", "path below which the other paths start"),
		pathOf("access_token", "path"), pathOf("refresh_token", "path"), pathOf("id_token", "path"), pathOf("token_type", "path"),
		condition("ok_when", "must hold beside HTTP 2xx and an access token"),
		errorPaths(),
		expiry("expires", "lifetime of the access token"),
		expiry("refresh_expires", "lifetime of the refresh token"),
		object("scope", "granted scopes", pathOf("path", "path"), text("separator", "between scopes; default a blank or a comma")),
		laterKey("tokens", "further named tokens"),
	)
}

// request is a free call (identity, actions), GET with the access token unless changed.
func request(key, doc string, u kind) field {
	address := field{key: "url", doc: "where to", kind: u, need: true}
	return object(key, doc,
		word("method", "HTTP method", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"),
		address,
		laterWords(word("auth", "default: the access token, as api.token says", "none"), "basic", "sigv4"),
		mapOf("query", "query parameters", anyOf("", "")),
		mapOf("headers", "headers", tmplOf("", "")),
		mapOf("form", "fields of a form body", anyOf("", "")),
		anyOf("json", "JSON body"),
		tmplOf("text", "text body"),
		truth("secret_in_url", "the provider demands a secret in the URL"),
	)
}

func revokeCall() field {
	return phase("", "",
		word("token", "the only token this call can end", "refresh_token", "access_token"),
		word("kills", "what one call ends", "both", "this"),
		list("ok", "further statuses that confirm", number("", "")),
		text("siblings", "what else dies with it, said before revoking"),
		urlOf("page", "where it is done by hand"),
		text("none", "why it cannot be revoked by a call"),
		laterKey("response", "paths"),
	)
}
