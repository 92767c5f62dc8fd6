package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"example.com/lodge/carriers"
)

// An Environment looks up a variable, as [os.LookupEnv] does.
type Environment func(name string) (value string, ok bool)

// limit bounds lodge.yaml, in bytes.
const limit = 1 << 20

// FromVariable is in the place of a path where lodge.yaml is the value of [EnvYAML].
const FromVariable = "$" + EnvYAML

// Find says which lodge.yaml to read: path (from --config) if that is given,
// else the text in $LODGE_YAML, for which it returns [FromVariable], else
// $LODGE_CONFIG, else lodge.yaml in the working folder. The error says where it
// looked and what to type.
func Find(path string, env Environment) (string, error) {
	from := "--config"
	if text, _ := env(EnvYAML); path == "" && text != "" {
		return FromVariable, nil
	}
	if path == "" {
		path, _ = env("LODGE_CONFIG")
		from = "$LODGE_CONFIG"
	}
	if path == "" {
		path, from = "lodge.yaml", "the working folder (neither --config nor $LODGE_CONFIG says where)"
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no %s, which comes from %s: the operator types: lodge init", path, from)
	}
	if err != nil {
		return "", fmt.Errorf("config: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s, which comes from %s, is not a file: the operator names the file", path, from)
	}
	return filepath.Abs(path)
}

// Read reads the lodge.yaml at path, or the one in $LODGE_YAML if path is
// [FromVariable]; its paths are then relative to the working folder. known are the carriers of this program.
// What is wrong with the file comes as one [*Problems]. Two settings depend on
// the machine rather than on the firm and may come from the environment, which
// wins: LODGE_CHROMIUM (browser.path) and LODGE_VISITS (visits). So may where
// faults and telemetry go: LODGE_SENTRY_DSN or SENTRY_DSN (sentry), and
// OTEL_EXPORTER_OTLP_ENDPOINT (telemetry), which OTEL_SDK_DISABLED switches off.
func Read(path string, known []carriers.Carrier, env Environment) (Config, error) {
	if path == FromVariable {
		text, _ := env(EnvYAML)
		return parse(path, []byte(text), known, env)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return Config{}, fmt.Errorf("config: read %s: %w", path, err)
	}
	if len(text) > limit {
		return Config{}, fmt.Errorf("config: %s has more than %d bytes: the operator names another file", path, limit)
	}
	return parse(path, text, known, env)
}

func parse(path string, text []byte, known []carriers.Carrier, env Environment) (Config, error) {
	r := &reader{known: known}
	r.config = Config{
		Path: path, Inbox: "inbox", State: "state",
		Secrets: Secrets{File: "secrets.age", Identity: "secrets.key"},
		Grace:   DefaultGrace,
	}
	r.parse(text, r.top())
	r.environment(env)
	r.settle()
	if len(r.problems) > 0 {
		p := &Problems{path, r.problems}
		p.sort()
		return Config{}, p
	}
	return r.config, nil
}

// A reader fills a Config from a document.
type reader struct {
	doc
	config   Config
	known    []carriers.Carrier
	accounts []*draft
	grace    int
	marked   bool // the watermark is there, right or wrong

	sentry, telemetry ast.Node // where these are written; nil: not here

	deployed, inbox, secrets, notify ast.Node // likewise: aws, and what it leaves no place for

	placed []placed // destinations in AWS
}

// top are the keys of lodge.yaml.
func (r *reader) top() fields {
	c := &r.config
	return fields{
		"aws":   r.aws,
		"inbox": keep(&r.inbox, r.text("inbox", &c.Inbox)),
		"state": r.text("state", &c.State),
		"secrets": keep(&r.secrets, r.mapping("secrets", fields{
			"file":     r.text("secrets.file", &c.Secrets.File),
			"identity": r.text("secrets.identity", &c.Secrets.Identity),
		})),
		"watermark": func(n ast.Node) { r.marked = true; r.when("watermark", &c.Watermark)(n) },
		"browser": r.mapping("browser", fields{
			"path":              r.text("browser.path", &c.Browser.Path),
			"allow_unsandboxed": r.flag("browser.allow_unsandboxed", &c.Browser.AllowUnsandboxed),
		}),
		"visits":    r.number("visits", 1, maxVisits, &c.Visits),
		"grace":     r.number("grace", 1, int(maxGrace/time.Second), &r.grace),
		"stage":     r.stage,
		"evidence":  r.mapping("evidence", fields{"keep": r.keep}),
		"accounts":  func(n ast.Node) { r.pairs("accounts", n, r.account) },
		"notify":    keep(&r.notify, func(n ast.Node) { r.pairs("notify", n, r.channel) }),
		"outbox":    func(n ast.Node) { r.pairs("outbox", n, r.destination) },
		"sentry":    keep(&r.sentry, r.text("sentry", &c.Sentry)),
		"telemetry": keep(&r.telemetry, r.text("telemetry", &c.Telemetry)),
	}
}

// keep reads a value and remembers where it is written.
func keep(at *ast.Node, read func(ast.Node)) func(ast.Node) {
	return func(n ast.Node) { *at = n; read(n) }
}

var nameRE = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// stage takes any name, but not one that looks like production misspelt: that
// would silently file nothing.
func (r *reader) stage(n ast.Node) {
	var s string
	r.text("stage", &s)(n)
	if s != Production && nearest([]string{Production}, s) != "" {
		r.wrong(n, "stage %q: did you mean %q?", s, Production)
	} else if s != "" && !nameRE.MatchString(s) {
		r.wrong(n, "stage is %q or another name of 1 to 40 of a-z, 0-9 and -", Production)
	}
	r.config.Stage = s
}

// home takes what may be a ledger's name.
func (r *reader) home(what string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		r.text(what, to)(n)
		if *to != "" && !nameRE.MatchString(*to) {
			r.wrong(n, "%s is a ledger's name, of 1 to 40 of a-z, 0-9 and -: lodge home tells it", what)
		}
	}
}

// A draft is an account as it is written, with the places of what may turn out
// to be wrong once all of it is known.
type draft struct {
	Account
	at, carrier, portal, pin ast.Node
}

func (r *reader) account(name string, at, value ast.Node) {
	a := &draft{Account: Account{Name: name}, at: at}
	if !nameRE.MatchString(name) {
		r.wrong(at, "account %q: a name is 1 to 40 of a-z, 0-9 and -", name)
	}
	if name == NotifyAccount {
		r.wrong(at, "account %q: choose another name, the secrets of this one are the addresses of notify's channels", name)
	}
	if name == OutboxAccount {
		r.wrong(at, "account %q: choose another name, the secrets of this one are those of outbox's destinations", name)
	}
	what := "accounts." + name
	r.mapping(what, fields{
		"carrier":  keep(&a.carrier, r.text(what+".carrier", &a.Carrier)),
		"portal":   keep(&a.portal, r.text(what+".portal", &a.Portal)),
		"pin":      keep(&a.pin, r.text(what+".pin", &a.Pin)),
		"test":     r.flag(what+".test", &a.Test),
		"paused":   r.text(what+".paused", &a.Paused),
		"home":     r.home(what+".home", &a.Home),
		"visits":   r.number(what+".visits", 1, maxAccountVisits, &a.Visits),
		"timezone": r.zone(what+".timezone", &a.Timezone),
		"ledes":    r.profile(what+".ledes", &a.LEDES),
	})(value)
	r.accounts = append(r.accounts, a)
}

// zone reads the IANA name of a time zone.
func (r *reader) zone(what string, to **time.Location) func(ast.Node) {
	return func(n ast.Node) {
		var name string
		r.text(what, &name)(n)
		zone, err := time.LoadLocation(name)
		if err != nil || name == "" || name == "Local" {
			r.wrong(n, "%s is a time zone such as America/Chicago (IANA)", what)
			return
		}
		*to = zone
	}
}

// environment lets the machine's variables win.
func (r *reader) environment(env Environment) {
	if path, ok := env("LODGE_CHROMIUM"); ok && path != "" {
		r.config.Browser.Path = path
	}
	if visits, ok := env("LODGE_VISITS"); ok && visits != "" {
		n, err := strconv.Atoi(visits)
		if err != nil || n < 1 || n > maxVisits {
			r.wrong(nil, "$LODGE_VISITS is a whole number from 1 to %d", maxVisits)
		}
		r.config.Visits = n
	}
	r.telling(env)
}

// settle fills in what is not said and checks what only the whole can tell.
func (r *reader) settle() {
	c := &r.config
	if !r.marked {
		r.wrong(nil, "watermark is missing: without it years of old files could be filed; lodge init writes it")
	}
	if c.Visits == 0 {
		c.Visits = min(runtime.GOMAXPROCS(0), maxVisits) // follows the container's share of the CPU
	}
	if r.grace > 0 {
		c.Grace = time.Duration(r.grace) * time.Second
	}
	r.settleAWS()
	r.settleOutbox()
	for _, p := range []*string{&c.Inbox, &c.State, &c.Secrets.File, &c.Secrets.Identity, &c.Browser.Path} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(r.folder(), *p)
		}
	}
	r.paths()
	for _, a := range r.accounts {
		r.settleAccount(a)
		a.stage = c.Stage
		c.Accounts = append(c.Accounts, a.Account)
	}
	slices.SortFunc(c.Accounts, func(a, b Account) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(c.Outbox, func(a, b Destination) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(c.Notify, func(a, b Channel) int { return strings.Compare(a.Name, b.Name) })
}

// folder is what relative paths are relative to.
func (r *reader) folder() string {
	if r.config.Path != FromVariable {
		return filepath.Dir(r.config.Path)
	}
	dir, err := os.Getwd()
	if err != nil {
		r.wrong(nil, "the working folder is not known: %v", err)
	}
	return dir
}

// paths keeps apart what must not lie in one another: Lodge would take its own
// files in, or show its secrets with its state.
func (r *reader) paths() {
	c := &r.config
	places := []struct{ name, path string }{
		{"inbox", c.Inbox}, {"state", c.State}, {"secrets.file", c.Secrets.File}, {"secrets.identity", c.Secrets.Identity},
	}
	for i, p := range places {
		if p.path == "" {
			r.wrong(nil, "%s is empty: leave the line out or name a path", p.name)
		} else if i > 0 && within(p.path, c.Inbox) {
			r.wrong(nil, "%s lies in the inbox: choose another place", p.name)
		}
	}
	if within(c.Inbox, c.State) {
		r.wrong(nil, "the inbox lies in the state folder: choose another place")
	}
	if filepath.Clean(c.Secrets.File) == filepath.Clean(c.Secrets.Identity) {
		r.wrong(nil, "secrets.file and secrets.identity are the same file: choose another for the key")
	}
}

func within(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// settleAccount completes an account with what its carrier declares.
func (r *reader) settleAccount(a *draft) {
	if a.carrier == nil {
		r.wrong(a.at, "account %s names no carrier%s", a.Name, oneOf(r.carrierNames(), ""))
		return
	}
	carrier, ok := carriers.Named(r.known, a.Carrier)
	if !ok {
		r.wrong(a.carrier, "there is no carrier %q%s", a.Carrier, oneOf(r.carrierNames(), a.Carrier))
		return
	}
	at := a.portal
	if at == nil {
		a.Portal, at = carrier.Portal, a.carrier
	}
	portal, loopback, err := parsePortal(a.Portal)
	if err != nil {
		r.wrong(at, "the portal of account %s %v", a.Name, err)
		return
	}
	a.Portal, a.Loopback = portal, loopback
	r.pinned(a)
}

func (r *reader) carrierNames() []string {
	var names []string
	for _, c := range r.known {
		names = append(names, c.Name)
	}
	return names
}

// pinned checks an account's pin. Only a portal on this machine may have one:
// anywhere else it would weaken what certificates are for.
func (r *reader) pinned(a *draft) {
	if a.pin == nil {
		return
	}
	key, err := base64.StdEncoding.DecodeString(a.Pin)
	if err != nil || len(key) != 32 {
		r.wrong(a.pin, "the pin of account %s is the SHA-256 of a certificate's key in base64: 44 characters", a.Name)
	}
	if !a.Loopback || !strings.HasPrefix(a.Portal, "https:") {
		r.wrong(a.pin, "account %s has a pin, which is only for a portal on this machine over https", a.Name)
	}
}
