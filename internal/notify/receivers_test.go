package notify_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"example.com/lodge/internal/notify"
	"example.com/lodge/internal/secret"
)

// canary is in every secret part of an address; it must be nowhere else.
const canary = "cAnArY7531"

// Mattermost takes what Slack does, on a host of one's own.
func TestSlackShaped(t *testing.T) {
	h := newHook(t)
	r := newRig(t, map[string]string{"chat": "mattermost://lodge@" + h.host() + "/" + canary + "?disabletls=yes"}, channel("chat"))
	r.tell(t, rejected("firm-harbor", 5)...)
	got := h.took()
	if len(got) != 1 || h.seen[0].URL.Path != "/hooks/"+canary || h.seen[0].Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%q, %v", got, h.seen)
	}
	for _, want := range []string{`"username":"lodge"`, "INV-AA-1, INV-AB-1, INV-AC-1 and 2 more", "lodge status"} {
		if !strings.Contains(got[0], want) {
			t.Errorf("%q is missing: %s", want, got[0])
		}
	}
}

func TestWebhook(t *testing.T) {
	h := newHook(t)
	r := newRig(t, map[string]string{
		"hook": "generic+" + h.URL + "/in/" + canary + "?template=json&messagekey=text&@Authorization=Bearer+" + canary,
	}, channel("hook"))
	r.tell(t, rejected("firm-harbor", 1)...)
	got := h.took()
	if len(got) != 1 || h.seen[0].Method != http.MethodPost || h.seen[0].URL.Path != "/in/"+canary ||
		h.seen[0].Header.Get("Authorization") != "Bearer "+canary || !strings.Contains(got[0], `"text":"The biller acts:`) ||
		!strings.Contains(got[0], `"title":"Lodge: 1 invoice needs somebody"`) {
		t.Fatalf("%q, %v", got, h.seen)
	}
}

// Whatever a service does: telling ends in time, nothing is lost, and no part of
// the address is in the log.
func TestServicesThatMisbehave(t *testing.T) {
	status := func(code int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "no: "+r.URL.String()+" "+r.Header.Get("Authorization")) // services echo
		}
	}
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
	}
	for name, c := range map[string]struct {
		does func(http.ResponseWriter, *http.Request) // nil: takes the message and says nothing
		says string
	}{
		"500": {status(500), "500 Internal Server Error"},
		"429": {status(429), "429 Too Many Requests"},
		"404": {status(404), "404 Not Found"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		"redirected to nowhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/"+canary, http.StatusTemporaryRedirect)
		}, "connection refused"},
		"redirected for ever": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusTemporaryRedirect)
		}, "10 redirects"},
		"hangs":     {nil, "has not answered in 300ms"},
		"half said": {half, "has not answered in 300ms"},
	} {
		t.Run(name, func(t *testing.T) {
			h, hang := newHook(t), make(chan struct{})
			t.Cleanup(func() { close(hang) }) // before the server ends, which waits for it
			h.does(func(w http.ResponseWriter, r *http.Request) {
				if c.does != nil {
					c.does(w, r)
				}
				if strings.Contains(c.says, "has not answered") {
					<-hang
				}
			})
			r := newRig(t, map[string]string{
				"hook": "generic+" + h.URL + "/in/" + canary + "?token=" + canary + "&@Authorization=Bearer+" + canary,
			}, channel("hook"))
			r.options.Patience = 300 * time.Millisecond
			r.again()
			begun := time.Now()
			r.tell(t, rejected("firm-harbor", 1)...)
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			r.tell(t, rejected("firm-harbor", 1)...) // at once, in the same process: the channel rests
			if log := r.log.String(); strings.Count(log, "was not told") != 1 || !strings.Contains(log, c.says) {
				t.Errorf("log, want one line that says %q:\n%s", c.says, log)
			}
			if strings.Contains(r.log.String(), canary) {
				t.Errorf("the log tells a secret:\n%s", r.log)
			}
			h.does(nil)
			r.again()
			r.tell(t, rejected("firm-harbor", 1)...)
			if got := h.took(); len(got) != 1 {
				t.Errorf("the next run tells %q", got)
			}
		})
	}
}

// While a message hangs no other is sent: a watch must not pile them up. When
// the service answers at last, the next one goes.
func TestNothingPilesUp(t *testing.T) {
	h := newHook(t)
	hang, calls := make(chan struct{}), make(chan struct{}, 9)
	h.does(func(http.ResponseWriter, *http.Request) { calls <- struct{}{}; <-hang })
	r := newRig(t, map[string]string{"hook": h.plain()}, channel("hook"))
	r.options.Patience = 200 * time.Millisecond
	r.again()
	for range 4 {
		r.tell(t, rejected("firm-harbor", 1)...)
		r.now = r.now.Add(time.Hour)
	}
	if len(calls) != 1 || !strings.Contains(r.log.String(), "has not answered yet to the message before") {
		t.Errorf("%d messages at once; log:\n%s", len(calls), r.log)
	}
	h.does(nil)
	close(hang)
	for range 50 { // the library hears of the answer in a goroutine of its own
		r.tell(t, rejected("firm-harbor", 1)...)
		r.now = r.now.Add(time.Hour)
		if len(h.took()) > 0 {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
	t.Errorf("the channel stays silent:\n%s", r.log)
}

func TestNobodyListens(t *testing.T) {
	for scheme, address := range map[string]string{
		"generic": "generic://127.0.0.1:1/" + canary + "?disabletls=yes",
		"smtp":    "smtp://" + canary + ":" + canary + "pw@127.0.0.1:1/?from=lodge@firm.example&to=ops@firm.example",
		"ntfy":    "ntfy://127.0.0.1:1/" + canary + "?scheme=http",
	} {
		r := newRig(t, map[string]string{"all": address}, channel("all"))
		r.tell(t, rejected("firm-harbor", 1)...)
		if log := r.log.String(); !strings.Contains(log, "connection refused") || strings.Contains(log, canary) {
			t.Errorf("%s: %s", scheme, log)
		}
	}
}

// Certificates are checked: a server that shows one of its own is not told.
func TestCertificatesAreChecked(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("told") }))
	t.Cleanup(s.Close)
	s.Config.ErrorLog = nil
	r := newRig(t, map[string]string{"all": "generic://" + strings.TrimPrefix(s.URL, "https://") + "/in"}, channel("all"))
	r.tell(t, rejected("firm-harbor", 1)...)
	if !strings.Contains(r.log.String(), "certificate") {
		t.Errorf("log: %s", r.log)
	}
}

func TestAddresses(t *testing.T) {
	for address, ok := range map[string]bool{
		"slack://hook:AAAAAAAAA-BBBBBBBBB-123456789123456789" + canary + "@webhook":              true,
		"smtp://" + canary + ":" + canary + "@mail.example:587/?from=a@b.example&to=c@d.example": true,
		"discord://" + canary + "@123456789":                                                     true,
		"generic://127.0.0.1:9/in?disabletls=yes":                                                true,
		"generic+http://localhost/" + canary:                                                     true,
		"":                                                                                       false, "hunter2!": false, canary + "://x": false, "https://hooks.slack.example/" + canary: false, "slack://" + canary: false,
		"http://[" + canary: false,
		"generic://hook.example/" + canary + "?disabletls=yes":                                     false,
		"generic://hook.example/" + canary + "?DisableTLS=1":                                       false,
		"generic+http://hook.example/" + canary:                                                    false,
		"smtp://u:" + canary + "@127.0.0.1/?from=a@b.example&to=c@d.example&skiptlsverify=yes":     false,
		"smtp://u:" + canary + "@mail.example/?from=a@b.example&to=c@d.example&SkipTLSVerify=true": false,
		"smtp://u:" + canary + "@mail.example/?from=a@b.example&to=c@d.example&usestarttls=no":     false,
		"smtp://u:" + canary + "@mail.example/?from=a@b.example&to=c@d.example&encryption=None":    false,
		"gotify://gotify.example/" + canary + "?insecureskipverify=yes":                            false,
		"ntfy://ntfy.example/" + canary + "?disabletlsverification=yes":                            false,
		"ntfy://ntfy.example/" + canary + "?scheme=http":                                           false,
	} {
		err := notify.Check(secret.NewValue(address))
		if (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
		if err != nil && (strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%q: the error tells it: %v", address, err)
		}
	}
}

func TestMissingAddress(t *testing.T) {
	r := newRig(t, nil, channel("ops"))
	r.tell(t, rejected("firm-harbor", 1)...)
	if !strings.Contains(r.log.String(), "lodge secret set notify ops") {
		t.Errorf("log: %s", r.log)
	}
}

// A post is a mail server: what it was sent, and what it refuses.
type post struct {
	mu     sync.Mutex
	mails  []string
	user   string
	to     []string
	refuse error // of the message
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &delivery{post: p}, nil }

type delivery struct {
	*post
	smtp.Session
}

func (d *delivery) AuthMechanisms() []string { return []string{sasl.Plain} }

func (d *delivery) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != canary {
			return smtp.ErrAuthFailed
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.user = user
		return nil
	}), nil
}

func (d *delivery) Mail(string, *smtp.MailOptions) error { return nil }

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.to = append(d.to, to)
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuse != nil {
		return d.refuse
	}
	d.mails = append(d.mails, string(b))
	return err
}

func (d *delivery) Reset()        {}
func (d *delivery) Logout() error { return nil }

// newPost starts a mail server and returns its host and port.
func newPost(t *testing.T, p *post) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(p)
	s.Domain, s.AllowInsecureAuth = "localhost", true
	over := make(chan error, 1)
	go func() { over <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		if err := <-over; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func TestMail(t *testing.T) {
	p := &post{}
	host := newPost(t, p)
	r := newRig(t, map[string]string{
		"mail": "smtp://lodge:" + canary + "@" + host + "/?from=lodge@firm.example&to=ada@firm.example,ben@firm.example",
	}, channel("mail"))
	r.tell(t, rejected("firm-harbor", 5)...)
	if len(p.mails) != 2 || p.user != "lodge" || strings.Join(p.to, " ") != "ada@firm.example ben@firm.example" {
		t.Fatalf("%d mails by %s to %v; log: %s", len(p.mails), p.user, p.to, r.log)
	}
	head, body, _ := strings.Cut(p.mails[0], "\r\n\r\n")
	for _, want := range []string{"Subject: Lodge: 5 invoices need somebody", "To: ada@firm.example", `Content-Type: text/plain; charset="UTF-8"`} {
		if !strings.Contains(head+"\r\n", want+"\r\n") {
			t.Errorf("the head has no %q:\n%s", want, head)
		}
	}
	if !strings.Contains(body, "- firm-harbor (harbor): 5 invoices rejected by the carrier") {
		t.Errorf("body:\n%s", body)
	}
}

func TestMailThatIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		password, says string
		refuse         error
	}{
		"wrong password": {"other" + canary, "535", nil},
		"refused":        {canary, "550", &smtp.SMTPError{Code: 550, Message: "no, " + canary}},
		"greylisted":     {canary, "451", &smtp.SMTPError{Code: 451, Message: "later"}},
	} {
		host := newPost(t, &post{refuse: c.refuse})
		r := newRig(t, map[string]string{"mail": "smtp://lodge:" + c.password + "@" + host + "/?from=a@b.example&to=c@d.example"}, channel("mail"))
		r.tell(t, rejected("firm-harbor", 1)...)
		if log := r.log.String(); !strings.Contains(log, c.says) || strings.Contains(log, canary) {
			t.Errorf("%s: log: %s", name, log)
		}
	}
}

// A server that offers no encryption gets no password. That it is asked for
// encryption is in the address that the library is given; a server on another
// machine cannot be had here, so the test asks what is given.
func TestMailServersThatHang(t *testing.T) {
	for name, say := range map[string]string{"says nothing": "", "greets and falls silent": "220 hello\r\n", "talks for ever": strings.Repeat("220-hello\r\n", 1000)} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		conns := make(chan net.Conn, 1)
		go func() {
			if c, err := l.Accept(); err == nil {
				_, _ = io.WriteString(c, say)
				conns <- c
			}
		}()
		r := newRig(t, map[string]string{"mail": "smtp://lodge:" + canary + "@" + l.Addr().String() + "/?from=a@b.example&to=c@d.example"}, channel("mail"))
		r.options.Patience = 200 * time.Millisecond
		r.again()
		begun := time.Now()
		r.tell(t, rejected("firm-harbor", 1)...)
		if took := time.Since(begun); took > 3*time.Second || !strings.Contains(r.log.String(), "has not answered in 200ms") {
			t.Errorf("%s: after %v: %s", name, took, r.log)
		}
		_ = (<-conns).Close()
		_ = l.Close()
	}
}

func TestSample(t *testing.T) {
	h := newHook(t)
	r := newRig(t, map[string]string{"hook": h.plain(), "gone": "generic://127.0.0.1:1/" + canary + "?disabletls=yes"}, channel("hook"), channel("gone"))
	answer, err := r.Test(t.Context(), "hook")
	if err != nil || !strings.Contains(answer, "ok") {
		t.Errorf("answer %q, %v", answer, err)
	}
	if got := h.took(); len(got) != 1 || !strings.Contains(got[0], "this is a test") {
		t.Errorf("%q", got)
	}
	if _, err := r.Test(t.Context(), "gone"); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("error: %v", err)
	}
	if _, err := r.Test(t.Context(), "other"); err == nil || !strings.Contains(err.Error(), "lodge secret set notify other") {
		t.Errorf("error: %v", err)
	}
	r.tell(t, rejected("firm-harbor", 1)...)
	if len(h.took()) != 1 {
		t.Error("a test counts as having been told")
	}
}

// Two processes tell of the same ledger: one message.
func TestProcessesTakeTurns(t *testing.T) {
	h := newHook(t)
	begun, go1 := make(chan struct{}), make(chan struct{})
	var once sync.Once
	h.does(func(w http.ResponseWriter, _ *http.Request) {
		once.Do(func() { close(begun) })
		<-go1
	})
	r := newRig(t, map[string]string{"hook": h.plain()}, channel("hook"))
	other := notify.New(r.options)
	var first sync.WaitGroup
	first.Go(func() { r.tell(t, rejected("firm-harbor", 1)...) })
	<-begun
	other.Tell(t.Context(), nil) // would crash if it came so far as to gather
	close(go1)
	first.Wait()
	if r.log.Len() > 0 {
		t.Errorf("log: %s", r.log)
	}
}
