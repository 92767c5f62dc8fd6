package adverse

import (
	"net/http"
	"path"
	"strings"
)

// answer is what the site says, and what it does instead.
type answer struct {
	status int
	header []string // name, value, name, value
	body   string
	act    Mode // RST, FIN, Hang, Late and those of HTTP/2: instead of the answer
	stream bool // headers now, the end never
}

func (a answer) with(status int, header ...string) answer {
	a.status = status
	a.header = append(a.header, header...)
	return a
}

// answer takes a request in, once its body was read.
func (s *Site) answer(r request) answer {
	a := answer{status: http.StatusOK, header: []string{
		"Access-Control-Allow-Origin", r.header.Get("Origin"), "Access-Control-Allow-Credentials", "true"}}
	switch {
	case r.method == http.MethodOptions:
		return a.with(http.StatusNoContent, "Access-Control-Allow-Headers", "authorization,content-type",
			"Access-Control-Allow-Methods", "POST,PUT,GET", "Access-Control-Max-Age", "0")
	case r.isCommit():
		return s.commit(r, a)
	case r.url.Path == "/poll":
		a.stream = true
		return a.with(http.StatusOK, "Content-Type", "text/plain")
	case r.url.Path == "/events":
		a.stream, a.body = true, "retry: 20\ndata: hello\n\n"
		return a.with(http.StatusOK, "Content-Type", "text/event-stream")
	}
	return s.file(r, a)
}

func (s *Site) file(r request, a answer) answer {
	text, ok := s.files[r.url.Query().Get("case")][r.url.Path]
	if !ok {
		a.body = "nothing here"
		return a.with(http.StatusOK, "Content-Type", "text/plain")
	}
	a.body = strings.ReplaceAll(text, "{q}", r.url.RawQuery)
	if path.Ext(r.url.Path) == ".js" {
		return a.with(http.StatusOK, "Content-Type", "text/javascript")
	}
	return a.with(http.StatusOK, "Content-Type", "text/html; charset=utf-8")
}

// commit counts a commit as taken in and answers it in its mode.
func (s *Site) commit(r request, a answer) answer {
	mode := r.mode()
	if mode == Login && r.header.Get("Authorization") == "" {
		return a.with(http.StatusUnauthorized, "WWW-Authenticate", `Basic realm="portal"`)
	}
	s.mu.Lock()
	s.count(r.run()).Accepted++
	s.mu.Unlock()
	switch mode {
	case Timeout:
		return a.with(http.StatusRequestTimeout, "Connection", "close")
	case Unsure:
		return a.with(http.StatusMisdirectedRequest)
	case SeeOther:
		return a.with(http.StatusSeeOther, "Location", "/done?"+r.url.RawQuery)
	case Again:
		return a.with(http.StatusTemporaryRedirect, "Location", "/commit-again?"+strings.Replace(r.url.RawQuery, string(Again), string(OK), 1))
	case Download:
		a.body = strings.Repeat("%PDF", 2000)
		return a.with(http.StatusOK, "Content-Type", "application/pdf", "Content-Disposition", `attachment; filename="receipt.pdf"`)
	}
	a.act, a.body = mode, "<p id=done>taken in</p>"
	if mode == Reload {
		a.body += `<script>if(!sessionStorage.getItem(location.href)){sessionStorage.setItem(location.href,1);location.reload()}</script>`
	}
	return a.with(http.StatusOK, "Content-Type", "text/html")
}
