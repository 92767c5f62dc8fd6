package browser

import (
	"context"
	"time"

	cdpage "github.com/chromedp/cdproto/page"
)

// evidenceLimit bounds each look at a page for evidence.
const evidenceLimit = 10 * time.Second

// quality of pictures, in percent: text stays sharp.
const quality = 70

// Picture is what the window shows, as JPEG. Under [Tab.Mask] it shows nothing
// of what fields hold.
func (t *Tab) Picture(ctx context.Context) (picture []byte, err error) {
	err = t.look(ctx, "take a picture", func(ctx context.Context) error {
		if t.masked.Load() {
			if _, err := ask[any](ctx, t, 0, "mask", true); err != nil {
				return err
			}
			defer func() { _, _ = ask[any](ctx, t, 0, "mask", false) }()
		}
		r, err := send(ctx, t, cdpage.CaptureScreenshot, cdpage.CaptureScreenshotParams{
			Format: cdpage.CaptureScreenshotFormatJpeg, Quality: new(int64(quality))})
		picture = r.Data
		return err
	})
	return picture, err
}

// Mask says whether pictures hide what fields hold, as those of a login must.
func (t *Tab) Mask(on bool) { t.masked.Store(on) }

// Text is the page's text as it shows.
func (t *Tab) Text(ctx context.Context) (text string, err error) {
	err = t.look(ctx, "read the text", func(ctx context.Context) error {
		text, err = ask[string](ctx, t, 0, "text")
		return err
	})
	return text, err
}

// HTML is the document, without scripts, comments, what password and hidden
// fields hold, and whatever is called a token. Frames and shadow trees are not
// in it.
func (t *Tab) HTML(ctx context.Context) (html string, err error) {
	err = t.look(ctx, "read the document", func(ctx context.Context) error {
		html, err = ask[string](ctx, t, 0, "html")
		return err
	})
	return html, err
}

// look is do for evidence, which has no step's patience.
func (t *Tab) look(ctx context.Context, what string, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, evidenceLimit)
	defer cancel()
	return t.do(ctx, what, f)
}
