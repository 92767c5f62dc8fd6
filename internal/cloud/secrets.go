package cloud

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/secret"
)

// SecretsFor is how long what was read of an account's secret is used without
// asking again. It is as long as it takes to begin a visit, which reads several
// keys and the version: one call a visit, $0.05 for 10,000 visits, and far below
// any quota. It is no longer, because within it a program that has read an old
// password may still log in with it after another has learned a new one; and
// what lifts a suspension, a new version, is seen after it at the latest.
const SecretsFor = 10 * time.Second

// none is the version of an account that has no secret.
const none = "none"

// Secrets is a [secret.Store] in Secrets Manager: one secret for each account,
// whose value is a JSON object with a text for each key. Its version is the id
// of the version that is labelled AWSCURRENT. Who changes the secret in the
// console makes a new one, even of the same text; [Secrets.Set] does not.
type Secrets struct {
	client   *secretsmanager.Client
	name     func(account string) string
	accounts []string
	clock    clock.Clock

	mu    sync.Mutex
	known map[string]*place // by account
}

var _ secret.Store = (*Secrets)(nil)

// NewSecrets returns the store. name is what an account's secret is called, and
// accounts are those that List tells of. client is copied: the copy never logs a
// request or an answer, whatever client does.
func NewSecrets(client *secretsmanager.Client, name func(account string) string, accounts []string, clk clock.Clock) *Secrets {
	options := client.Options()
	options.ClientLogMode = 0 // bodies hold values
	return &Secrets{
		client: secretsmanager.New(options), name: name, accounts: slices.Clone(accounts), clock: clk, known: map[string]*place{},
	}
}

// A state is what an account's secret held when it was read.
type state struct {
	values  map[string]secret.Value
	version string // "": it is not there, or has no value
	made    time.Time
}

// A place is what is remembered of an account's secret. Who has the turn may
// change it.
type place struct {
	turn chan struct{} // of one

	state  state
	read   time.Duration // when it was asked for, on Boot
	is     bool          // state is there
	rounds int           // how often it was asked for
	failed error         // of the last round
}

func (s *Secrets) place(account string) *place {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.known[account]
	if p == nil {
		p = &place{turn: make(chan struct{}, 1)}
		s.known[account] = p
	}
	return p
}

// take waits for the turn while ctx lasts.
func (p *place) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *place) give() { <-p.turn }

// state is what an account's secret holds, read no longer than [SecretsFor] ago.
// Callers that come together ask once, and share what failed.
func (s *Secrets) state(ctx context.Context, account string) (state, error) {
	p := s.place(account)
	s.mu.Lock()
	came := p.rounds
	s.mu.Unlock()
	if err := p.take(ctx); err != nil {
		return state{}, err
	}
	defer p.give()
	now := s.clock.Boot()
	if p.is && now-p.read < SecretsFor {
		return p.state, nil
	}
	if p.rounds > came && p.failed != nil && !ended(p.failed) {
		return state{}, p.failed
	}
	got, err := s.read(ctx, account)
	s.mu.Lock()
	p.rounds++
	s.mu.Unlock()
	p.failed, p.is = err, err == nil
	p.state, p.read = got, now
	return got, err
}

// ended says whether an error is the end of somebody's patience, which is not
// that of others.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// remember is what Set knows after it has written.
func (s *Secrets) remember(ctx context.Context, account string, now state) {
	p := s.place(account)
	if p.take(context.WithoutCancel(ctx)) == nil {
		defer p.give()
		p.state, p.read, p.is = now, s.clock.Boot(), true
	}
}

// Get implements [secret.Store].
func (s *Secrets) Get(ctx context.Context, account, key string) (secret.Value, error) {
	if err := secret.CheckNames(account, key); err != nil {
		return secret.Value{}, err
	}
	now, err := s.state(ctx, account)
	if err != nil {
		return secret.Value{}, err
	}
	v, ok := now.values[key]
	if !ok {
		return secret.Value{}, &secret.MissingError{Account: account, Key: key, Looked: []string{"Secrets Manager, " + s.name(account)}}
	}
	return v, secret.Check(account, key, v)
}

// Version implements [secret.Store].
func (s *Secrets) Version(ctx context.Context, account string) (string, error) {
	now, err := s.state(ctx, account)
	if err != nil {
		return "", err
	}
	return cmp.Or(now.version, none), nil
}

// atOnce is how many accounts List asks for side by side.
const atOnce = 8

// List implements [secret.Store]. It reads the accounts' secrets: the names of
// their keys are known by nothing else. What could be read is returned beside
// the error. A secret has one time for all its keys: when the last was set.
func (s *Secrets) List(ctx context.Context) ([]secret.Entry, error) {
	var mu sync.Mutex
	var list []secret.Entry
	var errs []error
	var asking sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, account := range s.accounts {
		slots <- struct{}{}
		asking.Go(func() {
			defer func() { <-slots }()
			now, err := s.state(ctx, account)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
			}
			for key := range now.values {
				if secret.CheckNames(account, key) == nil { // else it may be anything, a password in the wrong column for one
					list = append(list, secret.Entry{Account: account, Key: key, From: s.name(account), SetAt: now.made})
				}
			}
		})
	}
	asking.Wait()
	slices.SortFunc(list, func(a, b secret.Entry) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Key, b.Key))
	})
	return list, errors.Join(errs...)
}
