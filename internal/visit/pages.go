package visit

import (
	"context"
	"errors"
	"fmt"

	"github.com/oklog/ulid/v2"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
)

// recordForm pictures the filled form before it is sent. A page that cannot be
// pictured is kept as its text. An error means that nothing may be sent.
func (a *attempt) recordForm(ctx context.Context) error {
	short, cancel := outlive(ctx)
	defer cancel()
	name := "form.jpg"
	data, err := a.tab.Picture(short)
	if err != nil {
		a.Log.Warn("the form was not pictured; its text is kept", "invoice", a.inv.Number, "attempt", a.id, "error", err)
		name = "form.txt"
		var text string
		text, err = a.tab.Text(short)
		data = []byte(text)
	}
	if err == nil && len(data) == 0 {
		err = errors.New("the page shows nothing")
	}
	if err == nil {
		err = a.keep(ctx, piece{name: name, data: data})
	}
	if err != nil {
		return carriers.Errorf(carriers.Unavailable, "%w: the form: %w", errNotKept, err)
	}
	return nil
}

// recordEnd keeps the page at the end of a Submit, or where it failed: its
// picture, its text and its document.
func (a *attempt) recordEnd(ctx context.Context, err error) {
	name, pieces := "result", []piece(nil)
	if err != nil {
		name, pieces = "failure", []piece{{name: "cause.txt", data: []byte(err.Error() + "\n")}}
	}
	if !BrowserDied(err) {
		pieces = append(pieces, a.picture(ctx, name+".jpg"), a.text(ctx, name+".txt"), a.document(ctx, name+".html"))
	}
	_ = a.keep(ctx, pieces...)
}

// recordFound keeps the row that a look-up saw, and the page's text. Where the
// state rests on the look-up, and not on the site's answer, it is pictured too.
func (a *attempt) recordFound(ctx context.Context, row carriers.Found, rests bool) {
	pieces := []piece{{name: "found.json", value: row}, a.text(ctx, "found.txt")}
	if rests {
		pieces = append(pieces, a.picture(ctx, "found.jpg"))
	}
	_ = a.keep(ctx, pieces...)
}

// recordAbsent keeps the text of a page that did not show what was looked for. A
// site that cannot be asked has shown none.
func (a *attempt) recordAbsent(ctx context.Context) {
	if a.looked.Blind == "" {
		_ = a.keep(ctx, a.text(ctx, "absent.txt"))
	}
}

// picture is what the page looks like, text the text that it shows, document its
// document. Of a page that cannot be read, for instance one that is gone, the
// piece is empty and the log tells.
func (a *attempt) picture(ctx context.Context, name string) piece {
	return a.seen(ctx, name, a.tab.Picture)
}

func (a *attempt) text(ctx context.Context, name string) piece {
	return a.seen(ctx, name, func(ctx context.Context) ([]byte, error) {
		text, err := a.tab.Text(ctx)
		return []byte(text), err
	})
}

func (a *attempt) document(ctx context.Context, name string) piece {
	return a.seen(ctx, name, func(ctx context.Context) ([]byte, error) {
		html, err := a.tab.HTML(ctx)
		return []byte(html), err
	})
}

func (a *attempt) seen(ctx context.Context, name string, look func(context.Context) ([]byte, error)) piece {
	short, cancel := outlive(ctx)
	defer cancel()
	data, err := look(short)
	if err != nil {
		a.Log.Warn("the page was not read for evidence", "invoice", a.inv.Number, "attempt", a.id, "name", name, "error", err)
		return piece{}
	}
	return piece{name: name, data: data}
}

// loginFolder is where a failed login is kept.
func (s *session) loginFolder() (*evidence.Folder, error) {
	if s.stage != nil {
		return s.stage.folder, nil
	}
	return s.Evidence.Attempt(s.Account.Name, evidence.Logins, ulid.Make().String(), s.scrub)
}

// recordLogin keeps the page of a failed login, with what its fields hold masked
// in the picture and left out of the document. A login that succeeds needs none.
func (s *session) recordLogin(ctx context.Context, tab Tab, cause error) {
	ctx, cancel := outlive(ctx)
	defer cancel()
	f, err := s.loginFolder()
	if err != nil {
		s.Log.Error("the failed login was not kept as evidence", "error", err)
		return
	}
	put := func(name string, data []byte, err error) error {
		if err == nil && len(data) > 0 {
			_, err = f.Put(ctx, name, data)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	_, err = f.Login(ctx, s.claim.Fence) // first: a ledger that is put back learns from it
	err = errors.Join(err, put("cause.txt", []byte(cause.Error()+"\n"), nil))
	if !BrowserDied(cause) {
		tab.Mask(true)
		picture, pictureErr := tab.Picture(ctx)
		html, htmlErr := tab.HTML(ctx)
		text, textErr := tab.Text(ctx)
		err = errors.Join(err, put("login.jpg", picture, pictureErr), put("login.html", []byte(html), htmlErr),
			put("login.txt", []byte(text), textErr))
	}
	if s.stage != nil {
		s.stage.traced(tab) // and the rehearsal ends the folder
		if err != nil {
			s.Log.Warn("not all of the failed login was kept as evidence", "error", err)
		}
		return
	}
	_, stepsErr := f.PutJSON(ctx, "steps.json", tab.Trace())
	_, aboutErr := f.PutJSON(ctx, "about.json", s.about())
	if err = errors.Join(err, stepsErr, aboutErr); err != nil {
		s.Log.Warn("not all of the failed login was kept as evidence", "error", err)
	}
	s.seal(ctx, f, "")
}
