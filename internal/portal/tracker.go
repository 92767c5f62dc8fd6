package portal

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// A tracker is the third party that real portals load a script from: slow, on
// an origin of its own, and of no use to whoever files an invoice.
type tracker struct {
	latency time.Duration
	hits    atomic.Int64
}

// ServeHTTP answers /beat.js with 30 KB of script that reports back twice, and
// everything else with nothing.
func (t *tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.hits.Add(1)
	pause(r.Context(), t.latency)
	if r.URL.Path != "/beat.js" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "text/javascript")
	w.Header().Set("Cache-Control", "no-cache")
	origin := "https://" + r.Host
	_, _ = fmt.Fprintf(w, "new Image().src=%q+Math.random();navigator.sendBeacon&&navigator.sendBeacon(%q,'page');\n/*%s*/\n",
		origin+"/pixel.gif?", origin+"/beacon", strings.Repeat(" beat", 6<<10))
}
