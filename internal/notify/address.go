package notify

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.com/lodge/internal/secret"
)

var (
	errUnchecked = errors.New("its address says that the service's certificate is not to be checked, which Lodge does not do: " +
		"the operator sets another address")
	errPlain = errors.New("its address says that nothing is to be encrypted, which is only for this machine: " +
		"the operator sets another address")
)

// Check says what is wrong with the address of a channel's service, or nil. It
// does not quote it.
func Check(address secret.Value) error {
	_, err := newService(address)
	return err
}

// encrypted refuses an address that would send to another machine unencrypted,
// or to whoever shows any certificate. E-mail must have TLS: a server that
// does not offer it is refused instead of being trusted with a password.
func encrypted(u *url.URL) (*url.URL, error) {
	scheme, below, _ := strings.Cut(strings.ToLower(u.Scheme), "+")
	plain := below == "http"
	query := u.Query()
	for key, values := range query {
		for _, value := range values {
			switch strings.ToLower(key) {
			case "skiptlsverify", "insecureskipverify", "disabletlsverification":
				if yes(value) {
					return nil, errUnchecked
				}
			case "disabletls":
				plain = plain || yes(value)
			case "usestarttls", "starttls":
				plain = plain || !yes(value)
			case "scheme":
				plain = plain || strings.EqualFold(value, "http")
			case "encryption":
				plain = plain || strings.EqualFold(value, "none")
			}
		}
	}
	local := loopback(u.Hostname())
	if plain && !local {
		return nil, errPlain
	}
	if scheme != "smtp" || local {
		return u, nil
	}
	query.Set("requirestarttls", "yes")
	safe := *u
	safe.RawQuery = query.Encode()
	return &safe, nil
}

// yes says whether a setting is on, or could be read so.
func yes(value string) bool {
	return !slices.Contains([]string{"no", "false", "0"}, strings.ToLower(strings.TrimSpace(value)))
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.Unmap().IsLoopback()
}

// words are pieces of an address long enough to be a token.
var words = regexp.MustCompile(`[A-Za-z0-9]{8,}`)

// parts are the address and everything in it that could be a token: services
// put them into users, hosts, paths and queries, and show them in errors in
// another form.
func parts(address secret.Value, u *url.URL) []secret.Value {
	password, _ := u.User.Password()
	texts := []string{secret.Reveal(address), u.User.Username(), password, u.Hostname(), u.Fragment}
	texts = append(texts, strings.Split(u.Path, "/")...)
	for _, values := range u.Query() {
		texts = append(texts, values...)
	}
	for _, t := range slices.Clone(texts) {
		texts = append(texts, words.FindAllString(t, -1)...)
	}
	var list []secret.Value
	for _, t := range texts {
		if len([]rune(t)) >= secret.Shortest {
			list = append(list, secret.NewValue(t))
		}
	}
	return list
}
