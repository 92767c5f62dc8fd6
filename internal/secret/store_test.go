package secret_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"example.com/lodge/internal/secret"
)

const password = "hunter2-hunter2"

func file(t *testing.T) (f *secret.File, path, identity string) {
	t.Helper()
	dir := t.TempDir()
	path, identity = filepath.Join(dir, "secrets.age"), filepath.Join(dir, "key", "secrets.key")
	return secret.NewFile(path, identity), path, identity
}

func set(t *testing.T, s secret.Store, account, key, value string) {
	t.Helper()
	if err := s.Set(t.Context(), account, key, secret.NewValue(value)); err != nil {
		t.Fatal(err)
	}
}

func version(t *testing.T, s secret.Store, account string) string {
	t.Helper()
	v, err := s.Version(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFileKeeps(t *testing.T) {
	f, path, identity := file(t)
	set(t, f, "firm-harbor", "password", password)
	set(t, f, "firm-harbor", "username", "ann@firm")
	set(t, f, "a", "pin", "1234")
	for _, again := range []*secret.File{f, secret.NewFile(path, identity)} {
		v, err := again.Get(t.Context(), "firm-harbor", "password")
		if err != nil || secret.Reveal(v) != password {
			t.Errorf("Get: %v", err)
		}
	}
	for _, p := range []string{path, identity} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want 0600", p, info, err)
		}
		if data, err := os.ReadFile(p); err != nil || bytes.Contains(data, []byte(password)) || bytes.Contains(data, []byte("firm-harbor")) {
			t.Errorf("%s shows what it holds, or %v", p, err)
		}
	}
	list, err := f.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Account+" "+e.Key)
		if e.From != path || time.Since(e.SetAt) > time.Minute || time.Since(e.SetAt) < -time.Minute {
			t.Errorf("entry %+v", e)
		}
	}
	if diff := cmp.Diff([]string{"a pin", "firm-harbor password", "firm-harbor username"}, names); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestMissingSaysWhatToType(t *testing.T) {
	f, path, identity := file(t)
	env := secret.NewEnv(nil, []string{"firm-harbor"}, identity+".versions")
	_, err := secret.Layers{env, f}.Get(t.Context(), "firm-harbor", "password")
	if !errors.Is(err, secret.ErrMissing) {
		t.Fatalf("Get: %v", err)
	}
	for _, says := range []string{"lodge secret set firm-harbor password", "LODGE_SECRET_FIRM_HARBOR_PASSWORD", path} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q does not say %q", err, says)
		}
	}
	if m, ok := errors.AsType[*secret.MissingError](err); !ok || m.Account != "firm-harbor" || m.Key != "password" || len(m.Looked) != 2 {
		t.Errorf("%+v", m)
	}
}

func TestVersionOfEnvironment(t *testing.T) {
	key := filepath.Join(t.TempDir(), "x", "versions.key")
	env := func(pairs ...string) *secret.Env { return secret.NewEnv(pairs, []string{"a", "b"}, key) }
	none := version(t, env(), "a")
	if _, err := os.Stat(key); !errors.Is(err, os.ErrNotExist) {
		t.Error("a key was made for nothing")
	}
	first := version(t, env("LODGE_SECRET_A_PASSWORD="+password, "LODGE_SECRET_B_PASSWORD=other"), "a")
	if v := version(t, env("LODGE_SECRET_B_PASSWORD=changed", "LODGE_SECRET_A_PASSWORD="+password), "a"); v != first || v == none {
		t.Errorf("versions %s, %s, %s", none, first, v)
	}
	if v := version(t, env("LODGE_SECRET_A_PASSWORD=changed"), "a"); v == first {
		t.Error("another password has the same version")
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if v := version(t, env("LODGE_SECRET_A_PASSWORD="+password), "a"); v == first {
		t.Error("the version does not rest on the key: it can be guessed")
	}
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := env("LODGE_SECRET_A_PASSWORD="+password).Version(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others may read: %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	e := secret.NewEnv([]string{"LODGE_SECRET_FIRM_HARBOR_TOTP_SEED=JBSWY3DP", "LODGE_SECRET_FIRM_HARBOR_2_PIN=4711", "LODGE_SECRET_FIRM_X=none", "OTHER=x", "LODGE_SECRET_FIRM_HARBOR_SHORT=abc"},
		[]string{"firm-harbor", "firm-harbor-2"}, "")
	if v, err := e.Get(t.Context(), "firm-harbor", "totp-seed"); err != nil || secret.Reveal(v) != "JBSWY3DP" {
		t.Errorf("Get: %v", err)
	}
	if v, err := e.Get(t.Context(), "firm-harbor-2", "pin"); err != nil || secret.Reveal(v) != "4711" {
		t.Errorf("Get: %v", err)
	}
	if _, err := e.Get(t.Context(), "firm-harbor", "2-pin"); !errors.Is(err, secret.ErrMissing) {
		t.Errorf("one account got the secret of another: %v", err)
	}
	if _, err := e.Get(t.Context(), "firm-harbor", "short"); !errors.Is(err, secret.ErrShort) || strings.Contains(err.Error(), "abc") {
		t.Errorf("a short value: %v", err)
	}
	if err := e.Set(t.Context(), "firm-harbor", "pin", secret.NewValue(password)); err == nil {
		t.Error("the environment was set")
	}
	list, err := e.List(t.Context())
	want := []secret.Entry{{Account: "firm-harbor", Key: "short", From: secret.FromEnv}, {Account: "firm-harbor", Key: "totp-seed", From: secret.FromEnv}, {Account: "firm-harbor-2", Key: "pin", From: secret.FromEnv}}
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Errorf("%v, -want +got\n%s", err, diff)
	}
}

func TestLayers(t *testing.T) {
	f, _, identity := file(t)
	l := secret.Layers{secret.NewEnv([]string{"LODGE_SECRET_A_PASSWORD=from-env"}, []string{"a"}, identity+".versions"), f}
	set(t, f, "a", "password", "from-file")
	set(t, l, "a", "username", "ann@firm")
	for key, want := range map[string]string{"password": "from-env", "username": "ann@firm"} {
		if v, err := l.Get(t.Context(), "a", key); err != nil || secret.Reveal(v) != want {
			t.Errorf("%s: got another, or %v", key, err)
		}
	}
	if err := l.Set(t.Context(), "a", "password", secret.NewValue(password)); err == nil || !strings.Contains(err.Error(), "environment") {
		t.Errorf("a Set that would have no effect: %v", err)
	}
	first := version(t, l, "a")
	set(t, f, "a", "username", "bob@firm")
	if version(t, l, "a") == first {
		t.Error("the version of the layers did not change with the file's")
	}
	if list, err := l.List(t.Context()); err != nil || len(list) != 3 {
		t.Errorf("List: %+v, %v", list, err)
	}
	if err := os.Chmod(identity, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := (secret.Layers{f, l[0]}).Get(t.Context(), "a", "password"); err == nil || errors.Is(err, secret.ErrMissing) {
		t.Errorf("a broken layer was passed over: %v", err)
	}
}

func TestFaultsSayWhoActs(t *testing.T) {
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func(path, identity string) error
		says  string
	}{
		"file readable by others": {func(p, _ string) error { return os.Chmod(p, 0o640) }, "chmod 600"},
		"key readable by others":  {func(_, k string) error { return os.Chmod(k, 0o604) }, "chmod 600"},
		"no key":                  {func(_, k string) error { return os.Remove(k) }, "the operator restores the key"},
		"another key":             {func(_, k string) error { return os.WriteFile(k, []byte(other.String()), 0o600) }, "does not open with the key"},
		"damaged key":             {func(_, k string) error { return os.WriteFile(k, []byte(other.String()[:40]+"hunter2"), 0o600) }, "does not hold one age X25519 key"},
		"empty key":               {func(_, k string) error { return os.WriteFile(k, nil, 0o600) }, "does not hold one age X25519 key"},
		"cut file":                {func(p, _ string) error { return os.Truncate(p, 210) }, "is damaged"},
		"empty file":              {func(p, _ string) error { return os.Truncate(p, 0) }, "is damaged"},
		"changed file":            {func(p, _ string) error { return flip(p) }, "is damaged"},
		"a folder":                {func(p, _ string) error { return errors.Join(os.Remove(p), os.Mkdir(p, 0o700)) }, "is not a file"},
		"no JSON inside":          {func(p, k string) error { return seal(p, k, "hunter2 {") }, "is damaged"},
		"newer":                   {func(p, k string) error { return seal(p, k, `{"format":2}`) }, "newer Lodge"},
		"huge":                    {func(p, _ string) error { return os.Truncate(p, 5<<20) }, "more than"},
	} {
		f, path, identity := file(t)
		set(t, f, "a", "password", password)
		if err := c.spoil(path, identity); err != nil {
			t.Fatal(name, err)
		}
		for verb, do := range map[string]func() error{
			"Get":     func() error { _, err := f.Get(t.Context(), "a", "password"); return err },
			"Set":     func() error { return f.Set(t.Context(), "a", "other", secret.NewValue(password)) },
			"List":    func() error { _, err := f.List(t.Context()); return err },
			"Version": func() error { _, err := f.Version(t.Context(), "a"); return err },
		} {
			err := do()
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "the operator") {
				t.Errorf("%s, %s: %v; want an error that says %q and who acts", name, verb, err, c.says)
			} else if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), other.String()[:30]) {
				t.Errorf("%s, %s: the error quotes a secret: %v", name, verb, err)
			}
		}
	}
}

// flip changes one bit in the middle of a file.
func flip(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data[len(data)-20] ^= 1
	return os.WriteFile(path, data, 0o600)
}

// seal writes text into path as the store would.
func seal(path, identity, text string) error {
	key, err := os.Open(identity)
	if err != nil {
		return err
	}
	defer func() { _ = key.Close() }()
	ids, err := age.ParseIdentities(key)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, ids[0].(*age.X25519Identity).Recipient())
	if err != nil {
		return err
	}
	_, err = w.Write([]byte(text))
	return errors.Join(err, w.Close(), os.WriteFile(path, out.Bytes(), 0o600))
}

// TestRefusedMakesNothing: what is refused leaves no file.
func TestRefusedMakesNothing(t *testing.T) {
	f, path, _ := file(t)
	if err := f.Set(t.Context(), "a", "password", secret.NewValue("abc")); !errors.Is(err, secret.ErrShort) {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("a refused Set made the file")
	}
}

const asSetter = "LODGE_TEST_SETTER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asSetter); dir != "" {
		f := secret.NewFile(filepath.Join(dir, "secrets.age"), filepath.Join(dir, "key"))
		for i := range 10 {
			if err := f.Set(context.Background(), fmt.Sprint("process-", os.Getpid()), fmt.Sprint("key-", i), secret.NewValue(password)); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestNoSetIsLost(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() { // the first Sets of all race for the key
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), asSetter+"="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
		wg.Go(func() {
			f := secret.NewFile(filepath.Join(dir, "secrets.age"), filepath.Join(dir, "key"))
			for j := range 10 {
				if err := f.Set(t.Context(), fmt.Sprint("routine-", i), fmt.Sprint("key-", j), secret.NewValue(password)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	f := secret.NewFile(filepath.Join(dir, "secrets.age"), filepath.Join(dir, "key"))
	list, err := f.List(t.Context())
	if err != nil || len(list) != 80 {
		t.Errorf("%d secrets, %v; want 80", len(list), err)
	}
}

func TestSetDoesNotWaitForEver(t *testing.T) {
	f, path, _ := file(t)
	set(t, f, "a", "password", password)
	other, err := os.OpenFile(path+".lock", os.O_RDWR, 0)
	if err == nil {
		err = unix.Flock(int(other.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := f.Set(ctx, "a", "password", secret.NewValue("other")); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), ".lock") {
		t.Errorf("Set: %v", err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	set(t, f, "a", "password", "another-one")
}

func TestNothingPrintsAValue(t *testing.T) {
	v := secret.NewValue(password)
	encoded, err := json.Marshal(map[string]any{"v": v, "p": &v, "in": struct{ V secret.Value }{v}})
	if err != nil {
		t.Fatal(err)
	}
	all := string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		all += fmt.Sprintf(verb, v) + fmt.Sprintf(verb, &v) + fmt.Sprintf(verb, struct{ V secret.Value }{v}) + fmt.Sprintf(verb, []secret.Value{v})
	}
	if strings.Contains(all, "hunter2") || strings.Contains(all, fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("printed %s", all)
	}
}
