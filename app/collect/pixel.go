package collect

import (
	"crypto/rand"
	"net/http"
	"strings"

	"sandprint/app/enrich"
)

// gif is a transparent image of one pixel, 43 bytes (GIF 89a).
const gif = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

// servePixel counts the page that shows the image, by what the browser says of it in Referer, as a page view without a cookie. Whether
// there is such a site can't be told from the answer.
func (d *Door) servePixel(w http.ResponseWriter, r *http.Request) {
	allowAll(w)
	domain, ok := strings.CutSuffix(r.PathValue("file"), ".gif")
	if !ok || len(domain) > 253 {
		http.Error(w, "There is no such image.", http.StatusNotFound)
		return
	}
	if r.Method == http.MethodGet {
		from := d.senderOf(r)
		from.pixel = true
		if !d.limit.Allow(enrich.Cut(from.addr), 1) {
			refuse(w, errFlood)
			return
		}
		language, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
		language, _, _ = strings.Cut(language, ";")
		hit := wireHit{site: domain, name: namePageview, view: strings.ToLower(rand.Text()), page: r.Referer(), language: strings.TrimSpace(language)}
		if err := d.take(from, []wireHit{hit}); err != nil {
			refuse(w, errNotKept)
			return
		}
	}
	w.Header().Set("Content-Type", "image/gif")
	w.Write([]byte(gif))
}
