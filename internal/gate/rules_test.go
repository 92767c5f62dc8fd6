package gate

import (
	"reflect"
	"testing"

	"example.com/lodge/carriers"
)

func TestMatches(t *testing.T) {
	q := Request{Method: "POST", URL: "https://portal.test/api/submit?id=7#top", Body: `{"operationName":"submit","n":1}`}
	for _, tt := range []struct {
		c    carriers.Request
		want bool
	}{
		{carriers.Request{}, true},
		{carriers.Request{Method: "POST"}, true},
		{carriers.Request{Method: "post"}, true},
		{carriers.Request{Method: "PUT"}, false},
		{carriers.Request{Path: "/api/submit"}, true},
		{carriers.Request{Path: "/api/submit?id=7"}, false}, // the query is never looked at
		{carriers.Request{Path: "/api"}, false},
		{carriers.Request{Path: "/api/*"}, true},
		{carriers.Request{Path: "/api/submit*"}, true},
		{carriers.Request{Path: "/api/submit?*"}, false},
		{carriers.Request{Path: "*"}, true},
		{carriers.Request{Path: "/"}, false},
		{carriers.Request{Path: "/api/submit", Body: `"submit"`}, true},
		{carriers.Request{Path: "/api/submit", Body: `"query"`}, false},
		{carriers.Request{Method: "POST", Path: "/other", Body: `"submit"`}, false},
	} {
		if got := matches(tt.c, q); got != tt.want {
			t.Errorf("%+v: %v", tt.c, got)
		}
	}
	if !matches(carriers.Request{Path: "/"}, Request{URL: "https://portal.test"}) {
		t.Error("an address without a path is /")
	}
	if matches(carriers.Request{}, Request{URL: "https://portal.test/%zz"}) {
		t.Error("an address that cannot be read matches nothing")
	}
	if !matches(carriers.Request{Path: "/commit"}, Request{URL: "https://portal.test/c%6fmmit"}) {
		t.Error("another way to write a path is the same path")
	}
}

func TestJudge(t *testing.T) {
	const at = "https://portal.test"
	byPost := Rules{
		Commits:  []carriers.Request{{Method: "POST", Path: "/commit"}},
		Harmless: []carriers.Request{{Path: "/poll"}, {Method: "POST", Path: "/c*"}},
	}
	byGet := Rules{Commits: []carriers.Request{{Method: "GET", Path: "/commit"}}}
	byAny := Rules{Commits: []carriers.Request{{Path: "/commit"}}}
	none := Rules{Harmless: []carriers.Request{{Path: "/poll"}}}
	q := func(method, url string, kind Type) Request { return Request{Method: method, URL: url, Type: kind} }
	for _, tt := range []struct {
		name  string
		rules Rules
		phase phase
		q     Request
		off   bool // not on the allow-list
		heir  bool
		want  verdict
	}{
		{"declared commit", byPost, awaiting, q("POST", at+"/commit", Active), false, false, take},
		{"commit beats harmless", byPost, awaiting, q("POST", at+"/commit", Beacon), false, false, take},
		{"harmless", byPost, awaiting, q("POST", at+"/chunk", Active), false, false, let},
		{"undeclared change", byPost, awaiting, q("PUT", at+"/else", Active), false, false, fail},
		{"undeclared beacon", byPost, awaiting, q("POST", at+"/stats", Beacon), false, false, fail},
		{"reading is let", byPost, awaiting, q("GET", at+"/else", Active), false, false, let},
		{"preflight", byPost, awaiting, q("OPTIONS", at+"/commit", Active), false, false, let},
		{"preflight of any", byAny, awaiting, q("OPTIONS", at+"/commit", Active), false, false, let},
		{"off the list", byPost, awaiting, q("POST", at+"/commit", Active), true, false, fail},
		{"no network", byPost, awaiting, q("GET", "data:text/plain,x", Active), true, false, let},
		{"file", byPost, awaiting, q("GET", "file:///etc/passwd", Document), true, false, fail},

		{"commit by GET", byGet, awaiting, q("GET", at+"/commit", Document), false, false, take},
		{"other GET where it commits", byGet, awaiting, q("GET", at+"/else", Document), false, false, fail},
		{"other GET where any commits", byAny, awaiting, q("GET", at+"/else", Active), false, false, fail},
		{"picture where GET commits", byGet, awaiting, q("GET", at+"/a.png", Passive), false, false, let},

		{"first change", none, awaiting, q("POST", at+"/x", Active), false, false, take},
		{"first GET", none, awaiting, q("GET", at+"/x", Active), false, false, take},
		{"passive", none, awaiting, q("GET", at+"/x", Passive), false, false, let},
		{"a change is never passive", none, awaiting, q("POST", at+"/x", Passive), false, false, take},
		{"poll", none, awaiting, q("GET", at+"/poll", Active), false, false, let},
		{"a beacon is no commit", none, awaiting, q("POST", at+"/x", Beacon), false, false, fail},

		{"second copy", byPost, locked, q("POST", at+"/commit", Active), false, false, double},
		{"second change", none, locked, q("POST", at+"/else", Active), false, false, double},
		{"others wait", byPost, locked, q("POST", at+"/else", Active), false, false, park},
		{"leaving waits", byPost, locked, q("GET", at+"/bye", Document), false, false, park},
		{"harmless waits", byPost, locked, q("GET", at+"/poll", Active), false, false, park},
		{"preflight waits", byPost, locked, q("OPTIONS", at+"/else", Active), false, false, park},
		{"beacon ends", byPost, locked, q("POST", at+"/stats", Beacon), false, false, fail},
		{"off the list ends", byPost, locked, q("GET", at+"/x", Active), true, false, fail},
		{"redirect to a page", byPost, locked, q("GET", at+"/done", Document), false, true, let},
		{"redirect that posts", byPost, locked, q("POST", at+"/else", Document), false, true, double},

		{"after: copy", byPost, spent, q("POST", at+"/commit", Active), false, false, double},
		{"after: any change", none, spent, q("POST", at+"/else", Active), false, false, double},
		{"after: other change, declared", byPost, spent, q("POST", at+"/else", Active), false, false, let},
		{"after: GET", none, spent, q("GET", at+"/else", Document), false, false, let},
		{"after: GET that commits", byGet, spent, q("GET", at+"/commit", Document), false, false, double},
		{"after: beacon", none, spent, q("POST", at+"/stats", Beacon), false, false, fail},
		{"after: beacon beside a declared commit", byPost, spent, q("POST", at+"/stats", Beacon), false, false, fail},
		{"after: harmless beacon", byPost, spent, q("POST", at+"/chunk", Beacon), false, false, let},
		{"after: beacon that commits", byPost, spent, q("POST", at+"/commit", Beacon), false, false, double},
		{"after: redirect that posts", byPost, spent, q("PUT", at+"/else", Document), false, true, double},

		{"refused: copy", byPost, refused, q("POST", at+"/commit", Active), false, false, double},
		{"refused: other change", byPost, refused, q("PUT", at+"/else", Active), false, false, fail},
		{"refused: harmless", byPost, refused, q("POST", at+"/chunk", Active), false, false, let},
		{"refused: reading", byPost, refused, q("GET", at+"/else", Document), false, false, let},
		{"refused: undeclared GET", none, refused, q("GET", at+"/else", Document), false, false, fail},
		{"refused: beacon", none, refused, q("POST", at+"/stats", Beacon), false, false, fail},

		{"closing", byPost, closing, q("GET", at+"/", Document), false, false, fail},
		{"closing: harmless", byPost, closing, q("GET", at+"/poll", Active), false, false, fail},
		{"shut", byPost, shut, q("GET", at+"/", Document), false, false, fail},
		{"shut: harmless", byPost, shut, q("GET", at+"/poll", Active), false, false, fail},
	} {
		if got := tt.rules.judge(tt.phase, tt.q, !tt.off, tt.heir); got != tt.want {
			t.Errorf("%s: verdict %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestHostPort(t *testing.T) {
	for url, want := range map[string]Commit{
		"https://portal.test/a?b":    {Scheme: "https", HostPort: "portal.test:443", Method: "POST", Path: "/a"},
		"https://portal.test:8443/a": {Scheme: "https", HostPort: "portal.test:8443", Method: "POST", Path: "/a"},
		"http://127.0.0.1/a":         {Scheme: "http", HostPort: "127.0.0.1:80", Method: "POST", Path: "/a"},
		"https://[::1]:8443/a":       {Scheme: "https", HostPort: "[::1]:8443", Method: "POST", Path: "/a"},
		"https://[::1]/a":            {Scheme: "https", HostPort: "[::1]:443", Method: "POST", Path: "/a"},
	} {
		got, err := wayTo(Request{Method: "POST", URL: url})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", url, got, err)
		}
	}
}

// FuzzJudge: whatever an address looks like, nothing that may file an invoice is
// let go while the commit is awaited, under way, or over.
func FuzzJudge(f *testing.F) {
	for _, url := range []string{"https://portal.test/commit", "https://portal.test/commit?x#y", "https://portal.test//commit",
		"https://portal.test/%zz", "HTTPS://PORTAL.TEST/commit", "data:text/plain,x", "", "://"} {
		f.Add("POST", url, string(Active), "body", false)
		f.Add("GET", url, string(Passive), "", true)
	}
	declared := Rules{Commits: []carriers.Request{{Method: "POST", Path: "/commit"}}}
	f.Fuzz(func(t *testing.T, method, url, kind, body string, heir bool) {
		q := Request{Method: method, URL: url, Type: Type(kind), Body: body}
		if safe(method) || offline(url) {
			return
		}
		for _, p := range []phase{awaiting, locked, refused, closing, shut} {
			for _, r := range []Rules{{}, declared} {
				if r.judge(p, q, true, heir) == let {
					t.Errorf("%+v goes in phase %d", q, p)
				}
			}
		}
		if (Rules{}).judge(spent, q, true, heir) == let {
			t.Errorf("%+v goes after the commit", q)
		}
	})
}
