package browser

import (
	"context"
	"path/filepath"

	"github.com/chromedp/chromedp"

	"example.com/lodge/internal/browser/egress"
)

// byHand is a browser that is started without something that the release does.
type byHand struct {
	flags func(*egress.Proxy) []chromedp.ExecAllocatorOption
}

// oneWay leads WebSockets out by the port for requests.
func oneWay(p *egress.Proxy) []chromedp.ExecAllocatorOption {
	return append(wayOut(p), chromedp.ProxyServer("http://"+p.Addr(egress.Requests)))
}

// withHTTP2 leaves HTTP/2 on.
func withHTTP2(p *egress.Proxy) []chromedp.ExecAllocatorOption {
	return append(wayOut(p), chromedp.Flag("disable-http2", false))
}

func (r *rig) startByHand(ctx context.Context, p plan, pin string) error {
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(p.exe),
		chromedp.UserDataDir(filepath.Join(r.folder, "user")),
	)
	flags = append(flags, p.byHand.flags(r.way)...)
	flags = append(flags, trusted([]string{pin})...)
	alloc, stop := chromedp.NewExecAllocator(ctx, flags...)
	run, quit := chromedp.NewContext(alloc)
	r.close = func() error {
		quit()
		stop()
		if r.wire != nil {
			r.wire.close()
		}
		return nil
	}
	w, err := newWire(run, r.way, r.options)
	if err != nil {
		return err
	}
	r.ctx, r.wire = run, w
	if err := r.wire.listen(run); err != nil {
		return err
	}
	return r.wire.Idle(run)
}
