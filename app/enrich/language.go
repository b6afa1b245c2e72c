package enrich

// Language reduces a BCP 47 tag to language and region: "de", "pt-BR". Empty when it is not well formed.
func Language(tag string) string { return "" }
