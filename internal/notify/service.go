package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/nicholas-fedor/shoutrrr"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"example.com/lodge/internal/secret"
)

// A service is where a channel's messages go.
type service struct {
	titled bool // it has a place for a title of its own; to the others a title would be an error
	types.Service
	scrub *secret.Scrubber
	heard *ear
}

// errAddress does not quote the address: it holds tokens.
var errAddress = errors.New("its address is none that Lodge understands: docs/operating.md shows some; " +
	"the operator types lodge secret set again")

// newService reads the address of a service. Certificates are always checked,
// and nothing is sent unencrypted but to this machine.
func newService(address secret.Value) (*service, error) {
	u, err := url.Parse(strings.TrimSpace(secret.Reveal(address)))
	if err != nil || u.Scheme == "" {
		return nil, errAddress
	}
	if u, err = encrypted(u); err != nil {
		return nil, err
	}
	s := &service{heard: &ear{}}
	s.titled = titled(u)
	if s.scrub, err = secret.NewScrubber(parts(address, u)...); err != nil {
		return nil, err
	}
	sender, err := shoutrrr.CreateSender()
	if err == nil {
		s.Service, err = sender.Locate(u.String())
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", errAddress, s.clean(err.Error()))
	}
	s.SetLogger(s.heard)
	return s, nil
}

// lateError says that a service did not answer in time. over is closed when it
// does: nothing else is sent there before.
type lateError struct {
	over chan struct{}
	why  error
}

func (e *lateError) Error() string { return e.why.Error() }

// post sends a message and returns what the service answered. The library takes
// no context, so what hangs is left behind when ctx ends.
func (s *service) post(ctx context.Context, title, text string) (string, error) {
	params := types.Params{}
	if s.titled {
		params.SetTitle(title)
	} else {
		text = title + "\n\n" + text
	}
	answer, over := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(over)
		answer <- s.Send(text, &params)
	}()
	select {
	case err := <-answer:
		if err != nil {
			return "", errors.New(s.clean(err.Error()))
		}
		return s.clean(s.heard.String()), nil
	case <-ctx.Done():
		return "", &lateError{over, context.Cause(ctx)}
	}
}

// titled says whether the service at u has a place for a title of its own.
func titled(u *url.URL) bool {
	scheme, _, _ := strings.Cut(u.Scheme, "+")
	switch scheme {
	case "generic":
		return u.Query().Has("template") // else the message is all that is sent
	case "bark", "discord", "gotify", "ifttt", "join", "lark", "matrix", "mattermost", "ntfy", "opsgenie",
		"pushbullet", "pushover", "slack", "smtp", "teams", "telegram", "zulip":
		return true
	}
	return false
}

// addresses in an error may hold what the scrubber knows only in another form.
var addresses = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'\x60<>]+`)

// longest is how much of an answer is shown, in characters.
const longest = 300

// clean makes one short line of what the library or the service said, without
// the channel's address or any part of it.
func (s *service) clean(text string) string {
	text = s.scrub.ScrubString(addresses.ReplaceAllString(s.scrub.ScrubString(text), "[address]"))
	text = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			return -1
		}
		return r
	}, strings.Join(strings.Fields(text), " "))
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}

// ear hears what the library logs of a service's answer.
type ear struct {
	mu    sync.Mutex
	heard bytes.Buffer
}

// Print implements [types.StdLogger]. A service that talks without end is cut off.
func (e *ear) Print(v ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.heard.Len() < 16*longest {
		e.heard.WriteString(fmt.Sprint(v...) + " ")
	}
}

// Printf implements [types.StdLogger].
func (e *ear) Printf(format string, v ...any) { e.Print(fmt.Sprintf(format, v...)) }

// Println implements [types.StdLogger].
func (e *ear) Println(v ...any) { e.Print(v...) }

// String is what was heard.
func (e *ear) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard.String()
}
