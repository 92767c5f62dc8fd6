package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/lodge/internal/backup"
	"example.com/lodge/internal/intake"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/recovery"
)

// An occupied engine tells restores that the ledger is used.
type occupied struct {
	ledger.Engine
	use io.Closer
}

// Close implements [ledger.Engine].
func (o occupied) Close() error { return errors.Join(o.Engine.Close(), o.use.Close()) }

// recover makes the ledger safe to file from, before anything is taken in or
// filed: one that was restored, or copied back by hand, learns from the evidence
// what was sent since.
func (w *works) recover(ctx context.Context) error {
	marker, restored, err := backup.ReadMarker(w.config.State)
	if err != nil {
		return err
	}
	r := recovery.Recovery{Ledger: w.ledger, Evidence: w.evidence, Who: w.holder.ID(), Since: marker.MadeAt}
	if !restored {
		behind, err := r.Behind(ctx, w.config.Names())
		if err != nil || !behind {
			return err
		}
		// What intake remembers is newer than such a ledger.
		if err := intake.Forget(w.config.State); err != nil {
			return err
		}
	}
	report, err := r.Run(ctx)
	if err != nil {
		return err
	}
	if restored {
		if marker.EvidenceLost {
			if err := w.withoutEvidence(ctx, marker); err != nil {
				return err
			}
		}
		if err := backup.Unmark(w.config.State); err != nil {
			return err
		}
	}
	w.say(fmt.Sprintf("The ledger is older than the evidence: of %s there, %s not known to it. What was sent is looked up "+
		"before anything else is filed.", count(report.Intents, "attempt"), are(report.Attempts)))
	return nil
}

// are is a number of things with its verb.
func are(n int) string {
	if n == 1 {
		return "1 was"
	}
	return fmt.Sprintf("%d were", n)
}

// withoutEvidence is what protects where nobody knows what was sent after the
// backup. The look-up before each submission finds it, once the site shows it;
// where a site cannot be asked, a person has to say.
func (w *works) withoutEvidence(ctx context.Context, m backup.Marker) error {
	var settle time.Duration
	for _, acc := range w.config.Accounts {
		carrier, err := w.carrier(acc.Carrier)
		if err != nil {
			return err
		}
		settle = max(settle, carrier.History.SettleAfter)
		if carrier.History.Blind == "" {
			continue
		}
		err = w.ledger.Suspend(ctx, acc.Name, w.holder.ID(), ledger.Suspension{Why: fmt.Sprintf(
			"the ledger was restored from a backup of %s, the evidence of what was sent since is lost, and %s cannot be asked (%s): "+
				"find out what the carrier has, decide those invoices, then resume", w.stamp(m.MadeAt), carrier.Title, carrier.History.Blind)})
		if err != nil {
			return err
		}
	}
	if until := m.RestoredAt.Add(settle); w.clock.Now().Before(until) {
		return fmt.Errorf("the evidence of what was sent before the restore is lost: nothing is filed before %s, "+
			"when the carriers' sites show all of it: run again then", w.stamp(until))
	}
	return nil
}
