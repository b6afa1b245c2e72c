package enrich

import "net/url"

// Trace says where a visit came from, by its first page (with its query) and that page's referrer (an absolute URL or
// empty). spam is true when the referrer is a host known for referrer spam.
func Trace(page *url.URL, referrer string) (o Origin, spam bool) { return Origin{}, false }
