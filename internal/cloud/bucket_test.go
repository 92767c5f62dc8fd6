package cloud

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/objects/objectstest"
)

func TestBucket(t *testing.T) {
	for name, prefix := range map[string]string{"below a prefix": "evidence/", "whole": "", "below a long one": strings.Repeat("é/", 74)} {
		t.Run(name, func(t *testing.T) {
			objectstest.Run(t, func(t *testing.T) func() objects.Store {
				s3 := newFakeS3(t)
				return func() objects.Store {
					b := s3.bucket(t, prefix, nil)
					b.page = 7 // so that all lists come in pieces
					return b
				}
			})
		})
	}
}

func TestPrefixes(t *testing.T) {
	for _, prefix := range []string{"/", "a", "a//", "../", strings.Repeat("x/", 120), "a\x00/"} {
		if _, err := NewBucket(nil, firm, prefix); err == nil {
			t.Errorf("%.20q was taken", prefix)
		}
	}
}

// once spoils the first n requests of a method.
func once(method string, n int64, f fault) fault {
	var seen atomic.Int64
	return func(req *http.Request, send send) (*http.Response, error) {
		if req.Method != method || seen.Add(1) > n {
			return send(req)
		}
		return f(req, send)
	}
}

var errReset = errors.New("connection reset by peer")

// lost is an answer that never comes, of a request that arrived.
func lost(req *http.Request, send send) (*http.Response, error) {
	answer, err := send(req)
	if err == nil {
		_ = answer.Body.Close()
		err = errReset
	}
	return nil, err
}

// says is an answer of S3 (API reference, "Error responses").
func says(status int, code string) fault {
	return func(req *http.Request, _ send) (*http.Response, error) {
		body := fmt.Sprintf(`<?xml version="1.0"?><Error><Code>%s</Code><Message>m</Message></Error>`, code)
		if req.Method == http.MethodHead {
			body = ""
		}
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
		}
		return &http.Response{StatusCode: status, Request: req, ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"X-Amz-Bucket-Region": {"eu-west-1"}, "Content-Type": {"application/xml"}},
			Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
	}
}

// A writer whose answer was lost knows its own object from another's.
func TestLostAnswerToCreate(t *testing.T) {
	s3 := newFakeS3(t)
	for n := range int64(4) {
		name := fmt.Sprintf("%d/x", n)
		if err := s3.bucket(t, "", once(http.MethodPut, n, lost)).Create(t.Context(), name, []byte("mine")); err != nil {
			t.Errorf("%d answers lost: %v", n, err)
		}
		if err := s3.bucket(t, "", once(http.MethodPut, n, lost)).Create(t.Context(), name, []byte("mine")); !errors.Is(err, fs.ErrExist) {
			t.Errorf("another's, %d answers lost: %v", n, err)
		}
	}
	late := once(http.MethodPut, 1, func(*http.Request, send) (*http.Response, error) {
		if err := s3.bucket(t, "", nil).Create(t.Context(), "y", []byte("another's")); err != nil {
			t.Error(err)
		}
		return nil, errReset // and this request never arrived
	})
	if err := s3.bucket(t, "", late).Create(t.Context(), "y", []byte("mine")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("another was first: %v", err)
	}
	first := once(http.MethodPut, 1, lost)
	blind := func(req *http.Request, send send) (*http.Response, error) {
		if req.Method == http.MethodHead {
			return says(403, "")(req, send)
		}
		return first(req, send)
	}
	err := s3.bucket(t, "", blind).Create(t.Context(), "y", nil)
	if err == nil || errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "whose it is cannot be known") {
		t.Errorf("nobody can tell whose it is: %v", err)
	}
}

// An object that is gone by the time that its writer is asked for is written.
func TestRemovedBetween(t *testing.T) {
	b := newFakeS3(t).bucket(t, "", once(http.MethodPut, 1, says(412, "PreconditionFailed")))
	if err := b.Create(t.Context(), "x", []byte("mine")); err != nil {
		t.Error(err)
	}
	b = newFakeS3(t).bucket(t, "", once(http.MethodPut, 99, says(412, "PreconditionFailed")))
	if err := b.Create(t.Context(), "x", nil); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
}

func TestWhatPasses(t *testing.T) {
	for name, f := range map[string]fault{
		"a conflict": says(409, "ConditionalRequestConflict"), "too fast": says(503, "SlowDown"), "an error of theirs": says(500, "InternalError"),
		"no answer": func(*http.Request, send) (*http.Response, error) { return nil, errReset },
	} {
		t.Run(name, func(t *testing.T) {
			s3 := newFakeS3(t)
			const n = attempts - 1
			b := s3.bucket(t, "", once(http.MethodPut, n, f))
			if err := errors.Join(b.Create(t.Context(), "a", []byte("x")), b.Put(t.Context(), "b", []byte("x"))); err != nil {
				t.Error(err)
			}
			if err := s3.bucket(t, "", once(http.MethodDelete, n, f)).Remove(t.Context(), "b"); err != nil {
				t.Error(err)
			}
			if data, err := objects.Read(t.Context(), s3.bucket(t, "", once(http.MethodGet, n, f)), "a", 9); err != nil || string(data) != "x" {
				t.Errorf("%q, %v", data, err)
			}
			err := s3.bucket(t, "", once(http.MethodPut, 99, f)).Create(t.Context(), "c", nil)
			if err == nil || errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "s3://smith-lodge/c") {
				t.Errorf("for ever: %v", err)
			}
		})
	}
}

func TestErrorsSayWhoActs(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		is     error
		says   []string
	}{
		{403, "AccessDenied", fs.ErrPermission, []string{"s3:GetObject", "the operator lets it"}},
		{404, "NoSuchBucket", nil, []string{"there is no such bucket", "the operator"}},
		{404, "NoSuchKey", fs.ErrNotExist, []string{"it is not there"}},
		{301, "PermanentRedirect", nil, []string{"another region", `"eu-west-1"`, "the operator"}},
		{400, "AuthorizationHeaderMalformed", nil, []string{"another region", "the operator"}},
		{503, "SlowDown", nil, []string{"busy", "later"}},
		{403, "InvalidAccessKeyId", fs.ErrPermission, []string{"credentials"}},
		{400, "Odd", nil, []string{"the operator looks"}},
	} {
		b := newFakeS3(t).bucket(t, "evidence/", says(c.status, c.code))
		_, err := b.Open(t.Context(), "a/b")
		if err == nil || c.is != nil && !errors.Is(err, c.is) || c.is == nil && errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", c.code, err)
			continue
		}
		for _, text := range append(c.says, "s3://smith-lodge/evidence/a/b") {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%s: the error does not say %q: %v", c.code, text, err)
			}
		}
	}
	b, err := NewBucket(newFakeS3(t).client(nil), "nobodys", "")
	if err != nil {
		t.Fatal(err)
	}
	_, statErr := b.Stat(t.Context(), "x") // an answer to HEAD has no code
	for _, err := range []error{b.Create(t.Context(), "x", nil), statErr} {
		if err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "there is no such bucket") {
			t.Errorf("%v", err)
		}
	}
}

// spoiled changes the bytes of an answer.
func spoiled(change func([]byte) []byte) fault {
	return func(req *http.Request, send send) (*http.Response, error) {
		answer, err := send(req)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		answer.Body = io.NopCloser(bytes.NewReader(change(data)))
		return answer, err
	}
}

// Nobody gets bytes that are not all that was written.
func TestSpoiledBytes(t *testing.T) {
	data := bytes.Repeat([]byte("evidence "), 1000)
	for name, change := range map[string]func([]byte) []byte{
		"cut":     func(b []byte) []byte { return b[:len(b)/2] },
		"nothing": func([]byte) []byte { return nil },
		"changed": func(b []byte) []byte { b[7] ^= 1; return b },
	} {
		s3 := newFakeS3(t)
		if err := s3.bucket(t, "", nil).Create(t.Context(), "x", data); err != nil {
			t.Fatal(err)
		}
		got, err := objects.Read(t.Context(), s3.bucket(t, "", once(http.MethodGet, reads-1, spoiled(change))), "x", 1<<20)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s, some times: %d bytes, %v", name, len(got), err)
		}
		if _, err := s3.bucket(t, "", once(http.MethodGet, 99, spoiled(change))).Open(t.Context(), "x"); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s, always: %v", name, err)
		}
	}
}

// What S3 is asked: it takes nothing that is not what its hash says, and nothing in
// place of another (API reference, PutObject).
func TestWhatIsSent(t *testing.T) {
	var got []string
	sum := sha256.Sum256([]byte("abc"))
	b := newFakeS3(t).bucket(t, "p/", func(req *http.Request, send send) (*http.Response, error) {
		sha := req.Header.Get("X-Amz-Checksum-Sha256") == base64.StdEncoding.EncodeToString(sum[:])
		got = append(got, fmt.Sprint(req.Method, " ", req.URL.EscapedPath(), " ", req.Header.Get("If-None-Match"), " ", sha,
			" ", req.Header.Get("X-Amz-Checksum-Mode")))
		return send(req)
	})
	_, err := b.Open(t.Context(), "a b/../c")
	if !errors.Is(err, fs.ErrInvalid) {
		t.Error(err)
	}
	if err := errors.Join(b.Create(t.Context(), "a b+ü", []byte("abc")), b.Put(t.Context(), "y", []byte("abc"))); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Open(t.Context(), "y"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"PUT /smith-lodge/p/a%20b%2B%C3%BC * true ", "PUT /smith-lodge/p/y  true ", "GET /smith-lodge/p/y  false ENABLED",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// What others put below the prefix is told of, and so that nobody trips over it.
func TestStrangeKeys(t *testing.T) {
	s3 := newFakeS3(t)
	s3.plant(t, "evidence/", "evidence/a//b", "evidence/dir/", "evidence/ok", "evidence-not", "evidence/x.partial", "other/y")
	var got []string
	for e, err := range s3.bucket(t, "evidence/", nil).List(t.Context(), "", false) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(e.Name, " ", e.Strange))
	}
	if diff := cmp.Diff([]string{"a//b true", "dir/ true", "ok false", "x.partial true"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// S3 answers with encoded keys where it is asked to (API reference, ListObjectsV2,
// "EncodingType"), which gofakes3 does not: else a key that no XML can hold would
// hide all others.
func TestEncodedKeys(t *testing.T) {
	const answer = `<?xml version="1.0"?><ListBucketResult><Name>smith-lodge</Name><IsTruncated>false</IsTruncated>
<EncodingType>url</EncodingType><Contents><Key>p/a+b%2Bc</Key><Size>3</Size></Contents><Contents><Key>p/b%01</Key></Contents>
<Contents><Key>p/d%C3%BC%25</Key></Contents><CommonPrefixes><Prefix>p/c+%2F/</Prefix></CommonPrefixes></ListBucketResult>`
	b := newFakeS3(t).bucket(t, "p/", func(req *http.Request, _ send) (*http.Response, error) {
		if q := req.URL.Query(); q.Get("encoding-type") != "url" || q.Get("prefix") != "p/" || q.Get("delimiter") != "/" {
			t.Errorf("asked for %v", q)
		}
		return &http.Response{StatusCode: 200, Request: req, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer))}, nil
	})
	var got []string
	for e, err := range b.List(t.Context(), "", true) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%q %v %v", e.Name, e.Folder, e.Strange))
	}
	want := []string{`"a b+c" false false`, `"b\x01" false true`, `"c /" true true`, `"dü%" false false`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Who gives up in the middle of a call waits for nothing.
func TestGivenUpInTheMiddle(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := newFakeS3(t).bucket(t, "", func(req *http.Request, _ send) (*http.Response, error) {
		cancel()
		<-req.Context().Done()
		return nil, req.Context().Err()
	})
	if err := b.Create(ctx, "x", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
