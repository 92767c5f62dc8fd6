package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"example.com/lodge/internal/emulator/awsjson"
	"example.com/lodge/internal/emulator/secrets"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/secret/secrettest"
)

const password = "hunter2-hunter2"

// A hand is a clock that moves when it is told.
type hand struct {
	mu   sync.Mutex
	boot time.Duration
}

func (h *hand) Now() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC).Add(h.Boot()) }
func (h *hand) Boot() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.boot
}

func (h *hand) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.boot += d
}

func secretName(account string) string { return "lodge/test/" + account }

// client asks the fake, each request as often as tries says.
func client(f *secrets.Fake, tries int) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: &f.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""),
		RetryMaxAttempts: tries, ClientLogMode: aws.LogRequestWithBody | aws.LogResponseWithBody,
	})
}

func opened(f *secrets.Fake, clk *hand, accounts ...string) *Secrets {
	return NewSecrets(client(f, 1), secretName, accounts, clk)
}

func TestSecretsIsAStore(t *testing.T) {
	secrettest.Run(t, func(t *testing.T) func() secret.Store {
		f := secrets.Start(t)
		return func() secret.Store { return opened(f, &hand{}, "a", "a-b", "b") }
	})
}

// raw puts a value into a secret as the console does.
func raw(t *testing.T, f *secrets.Fake, account string, in secretsmanager.PutSecretValueInput) {
	t.Helper()
	c, name := client(f, 1), secretName(account)
	if _, err := c.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name}); err != nil && !strings.Contains(err.Error(), "exists") {
		t.Fatal(err)
	}
	in.SecretId = &name
	if _, err := c.PutSecretValue(t.Context(), &in); err != nil {
		t.Fatal(err)
	}
}

func console(t *testing.T, f *secrets.Fake, account, text string) {
	t.Helper()
	raw(t, f, account, secretsmanager.PutSecretValueInput{SecretString: &text})
}

func got(t *testing.T, s *Secrets, key string) string {
	t.Helper()
	v, err := s.Get(t.Context(), "a", key)
	if err != nil {
		t.Fatal(err)
	}
	return secret.Reveal(v)
}

func versionOf(t *testing.T, s *Secrets) string {
	t.Helper()
	v, err := s.Version(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func set(t *testing.T, s *Secrets, key, text string) {
	t.Helper()
	if err := s.Set(t.Context(), "a", key, secret.NewValue(text)); err != nil {
		t.Fatal(err)
	}
}

func count(f *secrets.Fake, operation string) int {
	n := 0
	for _, c := range f.Calls() {
		if c == operation {
			n++
		}
	}
	return n
}

// A visit's reads are one call; another's change is seen when the time is over, by
// value and version together.
func TestSecretsAreRememberedForAMoment(t *testing.T) {
	f, clk := secrets.Start(t), &hand{}
	console(t, f, "a", `{"username": "ann@firm", "password": "the old one"}`)
	s := opened(f, clk)
	before := versionOf(t, s)
	for range 3 {
		if got(t, s, "password") != "the old one" || got(t, s, "username") != "ann@firm" || versionOf(t, s) != before {
			t.Error("another value")
		}
	}
	if n := count(f, "GetSecretValue"); n != 1 {
		t.Errorf("%d calls", n)
	}
	set(t, opened(f, clk), "password", "the new one")
	asked := count(f, "GetSecretValue")
	clk.pass(SecretsFor - 1)
	if got(t, s, "password") != "the old one" || versionOf(t, s) != before {
		t.Error("the value and its version are of two states")
	}
	clk.pass(1)
	if versionOf(t, s) == before || got(t, s, "password") != "the new one" {
		t.Error("a change was not seen in time")
	}
	if n := count(f, "GetSecretValue") - asked; n != 1 {
		t.Errorf("%d calls", n)
	}
}

// A tripper is a transport made of a function.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) Do(r *http.Request) (*http.Response, error) { return f(r) }

// Many who ask at once are one call, also where it fails; and who gives up fails
// alone.
func TestSecretsAreAskedForOnce(t *testing.T) {
	for status, body := range map[int]string{
		200: `{"Name":"a","VersionId":"1","SecretString":"{\"password\":\"hunter2-hunter2\"}"}`, 400: `{"__type":"AccessDeniedException"}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			asked, answer := 0, make(chan struct{})
			transport := tripper(func(r *http.Request) (*http.Response, error) {
				asked++
				<-answer
				return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: r, Header: http.Header{}}, nil
			})
			s := NewSecrets(secretsmanager.New(secretsmanager.Options{Region: "us-east-1", HTTPClient: transport,
				Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", "")}), secretName, nil, &hand{})
			const many = 20
			errs := make(chan error, many+1)
			for range many {
				go func() { _, err := s.Get(t.Context(), "a", "password"); errs <- err }()
			}
			synctest.Wait()
			quitter, quit := context.WithCancel(t.Context())
			quit()
			if _, err := s.Get(quitter, "a", "password"); !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up: %v", err)
			}
			close(answer)
			for range many {
				if err := <-errs; (err == nil) != (status == 200) {
					t.Errorf("status %d: %v", status, err)
				}
			}
			if asked != 1 {
				t.Errorf("status %d: %d calls", status, asked)
			}
			if _, err := s.Get(t.Context(), "a", "password"); (asked == 1) != (status == 200) {
				t.Errorf("a failure is remembered, or an answer is not: %v", err)
			}
		})
	}
}

// Programs that change different keys at the same moment keep both, whatever one
// read before.
func TestSetBesideOthers(t *testing.T) {
	f, clk := secrets.Start(t), &hand{}
	s, other := opened(f, clk), opened(f, clk)
	for name, begin := range map[string]string{"first version": "", "later": `{"kept": "as it was"}`} {
		if begin != "" {
			console(t, f, "a", begin)
		}
		for _, at := range []string{"PutSecretValue", "CreateSecret", "UpdateSecretVersionStage"} {
			var come atomic.Bool
			f.Meet(func(operation string) {
				if operation == at && come.CompareAndSwap(false, true) {
					set(t, other, "username", name+" "+at)
				}
			})
			set(t, s, "password", name+", "+at)
			f.Meet(nil)
			clk.pass(time.Minute)
			if got(t, s, "password") != name+", "+at {
				t.Errorf("%s, before %s: the password is lost", name, at)
			}
			if at == "UpdateSecretVersionStage" && got(t, s, "username") != name+" "+at {
				t.Errorf("%s, before %s: what the other set is lost", name, at)
			}
		}
	}
	if got(t, s, "kept") != "as it was" {
		t.Error("a key that nobody set was lost")
	}
}

// A write whose answer was lost is not written twice, by the SDK or by a person.
func TestSetWithLostAnswers(t *testing.T) {
	for _, tries := range []int{1, 3} {
		for _, at := range []string{"CreateSecret", "PutSecretValue", "UpdateSecretVersionStage"} {
			f, clk := secrets.Start(t), &hand{}
			s := NewSecrets(client(f, tries), secretName, nil, clk)
			if at != "CreateSecret" {
				console(t, f, "a", `{"username": "ann@firm"}`)
			}
			lost := false
			f.After(func(operation string) *awsjson.Error {
				if operation != at || lost {
					return nil
				}
				lost = true
				return &awsjson.Error{Code: awsjson.Lost}
			})
			err := s.Set(t.Context(), "a", "password", secret.NewValue(password))
			if err != nil && (tries > 1 || at != "PutSecretValue") {
				t.Errorf("%s, %d tries: %v", at, tries, err)
			}
			first := versionOf(t, opened(f, clk))
			set(t, s, "password", password) // as a person does who saw an error
			if v := versionOf(t, opened(f, clk)); err == nil && v != first {
				t.Errorf("%s, %d tries: typed again it is another version", at, tries)
			}
			if got(t, opened(f, clk), "password") != password {
				t.Errorf("%s, %d tries: another value", at, tries)
			}
		}
	}
}

// The console's same text is a new version, which people may mean; Set's is none.
func TestSameValueIsNoVersion(t *testing.T) {
	f, clk := secrets.Start(t), &hand{}
	console(t, f, "a", `{"password": "hunter2-hunter2"}`)
	s := opened(f, clk)
	before, puts := versionOf(t, s), count(f, "PutSecretValue")
	set(t, s, "password", password)
	if versionOf(t, opened(f, clk)) != before || count(f, "PutSecretValue") != puts {
		t.Error("the same value was put again: that lifts a suspension")
	}
}

// Two who always come in between do not keep a Set for ever.
func TestSetGivesUp(t *testing.T) {
	f, clk := secrets.Start(t), &hand{}
	console(t, f, "a", `{"password": "hunter2-hunter2"}`)
	var others sync.Mutex
	n := 0
	f.Meet(func(operation string) {
		if operation != "UpdateSecretVersionStage" {
			return
		}
		others.Lock()
		defer others.Unlock()
		if n >= 0 {
			n++
			console(t, f, "a", fmt.Sprintf(`{"password": "number %d"}`, n))
		}
	})
	if err := opened(f, clk).Set(t.Context(), "a", "pin", secret.NewValue("4711")); err == nil || !strings.Contains(err.Error(), "the operator") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := opened(f, clk).Set(ctx, "a", "pin", secret.NewValue("4711")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	others.Lock() // its last request may be answered still, and the others' with it
	defer others.Unlock()
	n = -1
}

// What Secrets Manager answers is told in Lodge's words, with who acts, and never
// in the service's, which may repeat what it was sent.
func TestSecretsErrors(t *testing.T) {
	for code, says := range map[string]string{
		"AccessDeniedException": "the operator gives it the right", "InvalidRequestException": "the operator restores it",
		"DecryptionFailure": "the operator looks at the key", "EncryptionFailure": "the operator looks at the key",
		"ThrottlingException": "nobody has to act", "InternalServiceError": "nobody has to act",
		"LimitExceededException": "the operator waits a day", "ExpiredTokenException": "the operator renews them",
		"SomethingNew": "SomethingNew: the operator looks it up", awsjson.Lost: "cannot be asked",
	} {
		for _, at := range []string{"GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage", "CreateSecret"} {
			f := secrets.Start(t)
			if at != "CreateSecret" {
				console(t, f, "a", `{"username": "ann@firm"}`)
			}
			f.Before(func(operation string) *awsjson.Error {
				if operation != at {
					return nil
				}
				return &awsjson.Error{Code: code, Message: "Value '" + password + "' failed to satisfy constraint"}
			})
			s := opened(f, &hand{}, "a")
			err := s.Set(t.Context(), "a", "password", secret.NewValue(password))
			if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "lodge/test/a of account a") {
				t.Errorf("%s of %s: %v, want %q", code, at, err, says)
			}
			if code == "AccessDeniedException" && !strings.Contains(err.Error(), "secretsmanager:"+at) {
				t.Errorf("%s: the right that is missing is not named: %v", at, err)
			}
			for _, shown := range []string{err.Error(), fmt.Sprintf("%+v %#v", err, err)} {
				if strings.Contains(shown, "hunter2") {
					t.Errorf("%s of %s tells the value: %v", code, at, err)
				}
			}
			if api, ok := errors.AsType[*ServiceError](err); code != awsjson.Lost && (!ok || api.Code != code) {
				t.Errorf("%s of %s: %#v", code, at, err)
			}
		}
	}
}

// What lies in a secret and is none is told of, and never what it is.
func TestSecretsOfAnotherShape(t *testing.T) {
	for text, says := range map[string]string{
		"hunter2": "is not a JSON object", `"hunter2"`: "is not a JSON object", `["hunter2"]`: "is not a JSON object",
		`{"password": "hunter2"`: "is not a JSON object", `{"password": "hunter2"} x`: "is not a JSON object", `{hunter2: "x"}`: "is not a JSON object",
		`{"password": 12345678}`: "something else than texts", `{"password": {"hunter2": "x"}}`: "something else than texts",
		`{"password": null}`: "something else than texts", `{"password": "hunter2", "password": "x"}`: "one key twice",
	} {
		f := secrets.Start(t)
		console(t, f, "a", text)
		s := opened(f, &hand{}, "a")
		for verb, err := range verbs(t, s) {
			if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "the operator mends it") {
				t.Errorf("%s of %s: %v, want %q", verb, text, err, says)
			} else if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "12345678") {
				t.Errorf("%s of %s quotes it: %v", verb, text, err)
			}
		}
	}
	f := secrets.Start(t)
	raw(t, f, "a", secretsmanager.PutSecretValueInput{SecretBinary: []byte(`{"password": "hunter2"}`)})
	for verb, err := range verbs(t, opened(f, &hand{}, "a")) {
		if err == nil || !strings.Contains(err.Error(), "is binary") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s of a binary one: %v", verb, err)
		}
	}
}

func verbs(t *testing.T, s *Secrets) map[string]error {
	_, get := s.Get(t.Context(), "a", "password")
	_, list := s.List(t.Context())
	_, version := s.Version(t.Context(), "a")
	return map[string]error{"Get": get, "List": list, "Version": version, "Set": s.Set(t.Context(), "a", "pin", secret.NewValue("4711"))}
}

// Values too short are refused when they are read too, and a list tells of what
// it may.
func TestSecretsShortAndStrange(t *testing.T) {
	f := secrets.Start(t)
	console(t, f, "a", `{"pin": "abc", "hunter2 in the wrong column": "x", "Password": "y"}`)
	s := opened(f, &hand{}, "a", "b")
	if _, err := s.Get(t.Context(), "a", "pin"); !errors.Is(err, secret.ErrShort) || strings.Contains(err.Error(), "abc") {
		t.Errorf("a short value: %v", err)
	}
	f.Before(func(string) *awsjson.Error { return &awsjson.Error{Code: "AccessDeniedException"} })
	list, err := s.List(t.Context())
	if err == nil || len(list) != 1 || list[0].Key != "pin" || list[0].From != "lodge/test/a" || time.Since(list[0].SetAt) > time.Minute {
		t.Errorf("%+v, %v", list, err)
	}
	f.Before(nil)
	set(t, s, "pin", "4711")
	if c := client(f, 1); !strings.Contains(text(t, c), "wrong column") {
		t.Error("a key that is no name was lost by Set")
	}
	if err := s.Set(t.Context(), "a", "big", secret.NewValue(strings.Repeat("x", longestSecret))); err == nil || !strings.Contains(err.Error(), "the operator removes") {
		t.Errorf("a secret that is too large: %.200v", err)
	}
}

func text(t *testing.T, c *secretsmanager.Client) string {
	t.Helper()
	out, err := c.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("lodge/test/a")})
	if err != nil {
		t.Fatal(err)
	}
	return *out.SecretString
}

// The id of a version is no digest of what is in it: many may see ids.
func TestVersionsTellNothing(t *testing.T) {
	f, clk := secrets.Start(t), &hand{}
	var seen []string
	for range 2 {
		s := opened(f, clk)
		set(t, s, "password", password)
		seen = append(seen, versionOf(t, s))
		set(t, s, "password", "another-one")
	}
	if seen[0] == seen[1] {
		t.Error("one text has one id")
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{`{}`, `{"a":"b"}`, `{"a":"b","c":"\u00e9"}`, `{"a":1}`, `[`, `{"a":"b"}{`, `{"a":"b","a":"c"}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		values, err := decodeSecret(text)
		if err != nil {
			if !slices.Contains([]error{errNotObject, errNotText, errTwice}, err) {
				t.Errorf("an error that may quote: %v", err)
			}
			return
		}
		again, err := encode(values)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeSecret(again)
		if err != nil || len(back) != len(values) {
			t.Fatalf("%q came back as %q: %v", text, again, err)
		}
		for key, v := range values {
			if secret.Reveal(back[key]) != secret.Reveal(v) {
				t.Errorf("%q came back as %q", text, again)
			}
		}
	})
}
