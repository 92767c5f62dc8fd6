package carriertest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

var (
	packageName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	suffix      = regexp.MustCompile(`^\.[a-z0-9]{1,8}$`)
)

// otherProblems lists what is wrong with a format of the carrier's own.
func otherProblems(c carriers.Carrier) []string {
	own := slices.Contains(c.Accepts, ledes.Other)
	switch {
	case own != (c.Other.Read != nil):
		return []string{"Accepts has ledes.Other, or Other has a Read: one without the other"}
	case own && !suffix.MatchString(c.Other.Suffix):
		return []string{fmt.Sprintf("Other.Suffix %q is not as \".pdf\"", c.Other.Suffix)}
	}
	return nil
}

// declarationProblems lists what is wrong with a carrier's plain data.
func declarationProblems(c carriers.Carrier) []string {
	var bad []string
	say := func(wrong bool, format string, args ...any) {
		if wrong {
			bad = append(bad, fmt.Sprintf(format, args...))
		}
	}
	dir, err := os.Getwd()
	say(!packageName.MatchString(c.Name), "Name %q is not a package name", c.Name)
	say(err == nil && filepath.Base(dir) != c.Name, "Name %q is not that of its folder %q", c.Name, filepath.Base(dir))
	say(c.Title == "", "Title is empty: operators would not know whom this is about")
	say(c.Owner == "", "Owner is empty: nobody would mend it when the site changes")
	say(len(c.Accepts) == 0, "Accepts is empty: no file could be filed")
	bad = append(bad, otherProblems(c)...)
	say(c.Open == nil, "Open is nil")
	u, err := url.Parse(c.Portal)
	say(err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "",
		"Portal %q is not an https address without a path", c.Portal)
	for _, h := range c.Hosts {
		say(strings.ContainsAny(h, "/*"), "host %q is not a plain host or host:port", h)
	}
	seen := map[string]bool{}
	for _, s := range c.Secrets {
		say(s.Key == "" || seen[s.Key], "secret %q is declared twice, or has no key", s.Key)
		say(s.Help == "", "secret %q does not say where an operator gets it", s.Key)
		seen[s.Key] = true
	}
	for _, r := range c.Commits {
		say(r.Path == "" && r.Body == "", "commit %+v names neither a path nor a body: everything would match", r)
		say(r.Path != "" && !strings.HasPrefix(r.Path, "/"), "commit path %q does not begin with /", r.Path)
	}
	for _, r := range c.Harmless {
		say(r.Path == "", "harmless %+v names no path: everything would be harmless", r)
	}
	_, err = time.LoadLocation(c.Hours.Zone)
	say(err != nil, "Hours.Zone %q is not a time zone: %v", c.Hours.Zone, err)
	for _, m := range c.Mail {
		re, err := regexp.Compile(m.Pattern)
		say(err != nil, "mail pattern %q: %v", m.Pattern, err)
		say(err == nil && re.SubexpIndex("invoice") < 0, "mail pattern %q has no group named invoice", m.Pattern)
	}
	say(c.History.Blind != "" && c.History.TrustAbsence, "History is blind and trusts absence")
	say(c.History.SettleAfter < 0 || c.History.Window < 0 || c.History.FinalAfter < 0, "History has a negative time")
	say(c.Limits.Visits < 0 || c.Limits.Pace < 0 || c.Limits.Timeout < 0, "Limits are negative")
	return bad
}
