package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/lodge/carriers"
	"example.com/lodge/ledes"
)

func (a *app) carriersCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "carriers [NAME]",
		Short: "List the carriers, or tell what one needs",
		Example: `  lodge carriers
  lodge carriers harbor`,
		Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			list := a.carriers
			if len(args) > 0 {
				c, err := a.carrier(args[0])
				if err != nil {
					return err
				}
				list = []carriers.Carrier{c}
			}
			switch {
			case asJSON:
				return a.carriersJSON(list)
			case len(args) > 0:
				a.showCarrier(list[0])
			default:
				a.showCarriers(list)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (a *app) showCarriers(list []carriers.Carrier) {
	t := table{head: []string{"NAME", "CARRIER", "FORMATS", "SECRETS", "PORTAL"}}
	for _, c := range list {
		t.add(c.Name, c.Title, formats(c), strings.Join(keysOf(c), ", "), c.Portal)
	}
	t.write(a.out, a.columns)
}

func (a *app) showCarrier(c carriers.Carrier) {
	facts := [][2]string{
		{"carrier", c.Name + ", " + c.Title},
		{"portal", c.Portal},
		{"other hosts", strings.Join(c.Hosts, ", ")},
		{"formats", formats(c)},
		{"owner", c.Owner},
		{"visits", fmt.Sprintf("%d at a time for each account", max(1, c.Limits.Visits))},
		{"pace", pace(c.Limits)},
		{"hours", hours(c.Hours)},
		{"history", trust(c.History)},
		{"page changed", a.with("rehearse ACCOUNT") + " shows where, and files nothing; docs/writing-a-carrier.md tells the rest"},
	}
	for _, s := range c.Secrets {
		help := s.Help
		if s.Optional {
			help += " (optional)"
		}
		if s.MaxAge > 0 {
			help += fmt.Sprintf(" (the site lets it live for %d days)", int(s.MaxAge.Hours()/24))
		}
		facts = append(facts, [2]string{"secret", s.Key + ": " + help})
	}
	a.facts(facts)
}

func formats(c carriers.Carrier) string {
	var names []string
	for _, f := range c.Accepts {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

func pace(l carriers.Limits) string {
	longest := l.Timeout
	if longest == 0 {
		longest = carriers.DefaultTimeout
	}
	text := fmt.Sprintf("an invoice takes %s at most", short(longest))
	if l.Pace > 0 {
		text += fmt.Sprintf(", and %s lie between two of an account", short(l.Pace))
	}
	return text
}

func hours(h carriers.Hours) string {
	text := "always open"
	if len(h.Windows) > 0 {
		text = fmt.Sprintf("open in %d windows a week, in the time of %s", len(h.Windows), h.Zone)
	}
	if h.DaysToFile > 0 {
		text += fmt.Sprintf("; an invoice is refused %d days after its date", h.DaysToFile)
	}
	return text
}

// trust is what a look-up at the carrier proves, in words.
func trust(h carriers.History) string {
	if h.Blind != "" {
		return "cannot be looked up: " + h.Blind
	}
	text := "what is there counts; what is missing proves nothing, a person decides"
	if h.TrustAbsence {
		text = "what is there counts; what is missing after two looks was not filed"
	}
	if h.SettleAfter > 0 {
		text += fmt.Sprintf("; a submission shows within %s", short(h.SettleAfter))
	}
	if final := cmp.Or(h.FinalAfter, carriers.DefaultFinal); final >= 24*time.Hour {
		text += fmt.Sprintf("; what it accepted is looked at again for %s", count(int(final.Hours()/24), "day"))
	}
	if h.Window > 0 {
		text += fmt.Sprintf("; rows are kept for %d days", int(h.Window.Hours()/24))
	}
	return text
}

// short is a duration without parts that are zero: "5m", not "5m0s".
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// carrierLine is a carrier as --json prints it.
type carrierLine struct {
	Name    string         `json:"name"`
	Title   string         `json:"title"`
	Portal  string         `json:"portal"`
	Hosts   []string       `json:"hosts"`
	Formats []ledes.Format `json:"formats"`
	Owner   string         `json:"owner"`
	Secrets []secretLine   `json:"secrets"`
	History string         `json:"history"`
}

type secretLine struct {
	Key      string `json:"key"`
	Help     string `json:"help"`
	Optional bool   `json:"optional"`
}

func (a *app) carriersJSON(list []carriers.Carrier) error {
	var lines []carrierLine
	for _, c := range list {
		l := carrierLine{c.Name, c.Title, c.Portal, append([]string{}, c.Hosts...), c.Accepts, c.Owner, []secretLine{}, trust(c.History)}
		for _, s := range c.Secrets {
			l.Secrets = append(l.Secrets, secretLine{s.Key, s.Help, s.Optional})
		}
		lines = append(lines, l)
	}
	return writeLines(a.out, lines)
}
