package notify_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/notify"
)

// slackAddress in the environment makes this test program a child that tells
// one channel and ends: proxies and trusted certificates are the process's.
const slackAddress = "TEST_SLACK_ADDRESS"

func TestMain(m *testing.M) {
	if address := os.Getenv(slackAddress); address != "" {
		if _, err := newChild(address).Test(context.Background(), "slack"); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// What Slack itself is sent: the library knows no other host, so the child goes
// there by a proxy which is the host, with a certificate that the child trusts.
func TestSlack(t *testing.T) {
	type slackMessage struct {
		Text        string
		Attachments []struct{ Text string }
	}
	var got []slackMessage
	var paths []string
	cert, roots := authority(t, "hooks.slack.com")
	slack := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m slackMessage
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		got, paths = append(got, m), append(paths, r.Host+r.URL.Path)
		_, _ = io.WriteString(w, "ok")
	}))
	slack.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	slack.StartTLS()
	t.Cleanup(slack.Close)

	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), slackAddress+"=slack://hook:TAAAAAAAA-BBBBBBBBB-abcdefghijabcdefghij1234@webhook",
		"HTTPS_PROXY=http://"+tunnelTo(t, slack.Listener.Addr().String()), "SSL_CERT_FILE="+roots, "SSL_CERT_DIR=/nonexistent")
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(got) != 1 || paths[0] != "hooks.slack.com/services/TAAAAAAAA/BBBBBBBBB/abcdefghijabcdefghij1234" {
		t.Fatalf("%+v at %q", got, paths)
	}
	var lines []string
	for _, a := range got[0].Attachments {
		lines = append(lines, a.Text)
	}
	if text := strings.Join(lines, "\n"); got[0].Text != "Lodge: this is a test" ||
		!strings.Contains(text, "- example (example): 1 invoice rejected by the carrier") {
		t.Errorf("%+v", got[0])
	}
}

// newChild is a notifier with one channel.
func newChild(address string) *notify.Notifier {
	r := &rig{now: noon, address: map[string]string{"slack": address}}
	return notify.New(notify.Options{Clock: r, Zone: time.UTC, Address: r.secret})
}

// tunnelTo is a proxy whose every CONNECT leads to addr.
func tunnelTo(t *testing.T, addr string) string {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		there, err := net.Dial("tcp", addr)
		if err != nil {
			t.Error(err)
			return
		}
		defer there.Close()
		here, in, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer here.Close()
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func(in *bufio.ReadWriter) { _, _ = io.Copy(there, in) }(in)
		_, _ = io.Copy(here, there)
	}))
	t.Cleanup(proxy.Close)
	return strings.TrimPrefix(proxy.URL, "http://")
}

// authority is a certificate for host, and the file with it as the only root.
func authority(t *testing.T, host string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, path
}
