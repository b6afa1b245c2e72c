package load

import (
	"io"
	"net"
	"net/http"
)

// Nothing serves POST /e on l like the product's own server, but only reads the body and answers 202: the most that
// net/http can do on this machine with these clients.
func Nothing(l net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /e", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, 16<<10)); err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	return (&http.Server{Handler: mux}).Serve(l)
}
