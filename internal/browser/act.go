package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/secret"
)

// pressLimit is how long a press of the mouse may take to be handled. A handler
// that has not ended by then has the click all the same: it may wait for the
// answer to a request that the gate holds.
const pressLimit = time.Second

// Act implements [page.Driver].
func (t *Tab) Act(ctx context.Context, a page.Action) error {
	return t.do(ctx, fmt.Sprintf("%s %s", a.Verb, a.On), func(ctx context.Context) error {
		if err := t.announce(ctx, &a.On); err != nil {
			return err
		}
		if err := t.settle(ctx); err != nil {
			return err
		}
		return t.missed(ctx, t.act(ctx, a), a.Verb, &a.On, nil)
	})
}

func (t *Tab) act(ctx context.Context, a page.Action) error {
	switch a.Verb {
	case page.VerbClick:
		return t.click(ctx, a.On)
	case page.VerbFill:
		return t.fill(ctx, a)
	case page.VerbChoose:
		return t.choose(ctx, a)
	case page.VerbAttach:
		return t.attach(ctx, a.On, a.Path)
	}
	return fmt.Errorf("no such verb: %q", a.Verb)
}

// click waits until the element can be clicked and clicks it, once.
func (t *Tab) click(ctx context.Context, on page.Locator) error {
	type point struct{ X, Y float64 }
	at, err := ask[point](ctx, t, t.browser.options.patience(), "aim", on)
	if err != nil {
		return err
	}
	// From here on the page may act on the click: nothing is tried again.
	return t.strike(ctx, at.X, at.Y)
}

// strike presses and releases the mouse, and asks what that met: the engine has
// kept from the page what went astray.
func (t *Tab) strike(ctx context.Context, x, y float64) error {
	mouse := input.DispatchMouseEventParams{
		Type: input.DispatchMouseEventTypeMousePressed, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1}
	if _, err := t.deliver(ctx, mouse); err != nil {
		return err
	}
	mouse.Type, mouse.Buttons = input.DispatchMouseEventTypeMouseReleased, 0
	if handled, err := t.deliver(ctx, mouse); err != nil || !handled {
		return err
	}
	return t.met(ctx)
}

// deliver sends an event of the mouse and says whether the page has handled it,
// for which it does not wait for ever.
func (t *Tab) deliver(ctx context.Context, mouse input.DispatchMouseEventParams) (handled bool, err error) {
	brief, cancel := context.WithTimeout(ctx, pressLimit)
	defer cancel()
	_, err = send(brief, t, input.DispatchMouseEvent, mouse)
	if err != nil && brief.Err() != nil && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

// met asks the engine what the click met. A document that does not tell, since
// it is busy or being left, has had it.
func (t *Tab) met(ctx context.Context) error {
	brief, cancel := context.WithTimeout(ctx, pressLimit)
	var leaves sync.WaitGroup
	defer leaves.Wait()
	defer cancel()
	leaves.Go(func() {
		if t.docs.wait(brief, func(d *documents) bool { return d.leave == leaving }) == nil {
			cancel()
		}
	})
	world, err := t.world(brief, "")
	if err != nil {
		return ctx.Err()
	}
	raw, err := t.evaluate(brief, world, engineCall{name: "met"}, 0)
	if err != nil {
		return ctx.Err()
	}
	_, err = decode[struct{}](raw)
	return err
}

// fill puts a value into a field, leaves the field and reads it back. It never
// tells a value: it may be a secret.
func (t *Tab) fill(ctx context.Context, a page.Action) error {
	want := secret.Reveal(a.Value)
	patience := t.browser.options.patience()
	type entered struct{ Set bool }
	in, err := ask[entered](ctx, t, patience, "enter", a.On, want)
	if err != nil {
		return err
	}
	if !in.Set {
		if _, err := send(ctx, t, input.InsertText, input.InsertTextParams{Text: want}); err != nil {
			return err
		}
	}
	type left struct{ Value string }
	out, err := ask[left](ctx, t, patience, "leave", a.On)
	if err != nil {
		return err
	}
	switch compare(want, out.Value) {
	case changed:
		return &page.Miss{Reason: fmt.Sprintf("%s does not keep what is filled in", a.On)}
	case reformatted:
		t.trace.saw(Stepped, fmt.Sprintf("the page wrote the value of %s in another form", a.On))
	}
	return nil
}

// choose picks an option by its text or, where no text matches, by its value.
func (t *Tab) choose(ctx context.Context, a page.Action) error {
	type chosen struct{ Kept bool }
	c, err := ask[chosen](ctx, t, t.browser.options.patience(), "choose", a.On, secret.Reveal(a.Value))
	if err != nil {
		return err
	}
	if !c.Kept {
		return &page.Miss{Reason: fmt.Sprintf("%s does not keep the option", a.On)}
	}
	return nil
}

// attach puts a file into a field and checks that the page holds all of it:
// Chromium takes the path of a file that is not there, and sends nothing.
func (t *Tab) attach(ctx context.Context, on page.Locator, path string) error {
	size, err := fileSize(path)
	if err != nil {
		return err
	}
	if _, err := ask[struct{}](ctx, t, t.browser.options.patience(), "locate", on); err != nil {
		return err
	}
	world, err := t.world(ctx, "")
	if err != nil {
		return err
	}
	field, err := send(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: "lodge.element()", UniqueContextID: world})
	if err != nil {
		return err
	}
	defer func() {
		_, _ = send(ctx, t, runtime.ReleaseObject, runtime.ReleaseObjectParams{ObjectID: field.Result.ObjectID})
	}()
	// From here on the page may take the file: nothing is tried again.
	set := dom.SetFileInputFilesParams{Files: []string{path}, ObjectID: field.Result.ObjectID}
	if _, err := send(ctx, t, dom.SetFileInputFiles, set); err != nil {
		return err
	}
	return t.attached(ctx, world, on, filepath.Base(path), size)
}

// attached reads back what the field holds.
func (t *Tab) attached(ctx context.Context, world string, on page.Locator, name string, size int64) error {
	raw, err := t.evaluate(ctx, world, engineCall{name: "files"}, 0)
	if replaced(err) {
		return &page.Miss{Reason: fmt.Sprintf("the page left as %s was given the file", on)}
	}
	if err != nil {
		return err
	}
	held, err := decode[[]struct {
		Name string
		Size int64
	}](raw)
	switch {
	case err != nil:
		return err
	case len(held) == 0:
		return &page.Miss{Reason: fmt.Sprintf("the page emptied %s: it refused the file, or took it on its own", on)}
	case len(held) > 1 || held[0].Name != name || held[0].Size != size:
		return &page.Miss{Reason: fmt.Sprintf("%s holds %q of %d bytes instead of %q of %d", on, held[0].Name, held[0].Size, name, size)}
	}
	return nil
}

// fileSize is the size of a file to upload. What is wrong with the file is none
// of the page's fault, and waiting does not mend it.
func fileSize(path string) (int64, error) {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return 0, carriers.Errorf(carriers.Unclassified, "no file to attach: %w", err)
	case !filepath.IsAbs(path):
		return 0, carriers.Errorf(carriers.Unclassified, "the path of the file to attach is not absolute: %s", path)
	case !st.Mode().IsRegular():
		return 0, carriers.Errorf(carriers.Unclassified, "what is to be attached is not a file: %s", path)
	case st.Size() == 0:
		return 0, carriers.Errorf(carriers.Unclassified, "the file to attach is empty: %s", path)
	}
	return st.Size(), nil
}
