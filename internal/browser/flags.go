package browser

import (
	"strings"

	"github.com/chromedp/chromedp"

	"example.com/lodge/internal/browser/egress"
)

// wayOut are the flags by which every request of the browser goes to the egress
// proxy, in a form that the gate can hold. Over HTTP/2 and QUIC Chromium sends
// a request again inside one connection (on 421 and REFUSED_STREAM), where no
// proxy can see it; WebRTC would go past the proxy.
func wayOut(p *egress.Proxy) []chromedp.ExecAllocatorOption {
	if p == nil {
		return nil
	}
	return []chromedp.ExecAllocatorOption{
		chromedp.ProxyServer(p.Flag()),
		chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-http2", true),
		chromedp.Flag("force-webrtc-ip-handling-policy", "disable_non_proxied_udp"),
	}
}

// trusted are the flags that make the browser trust certificates by their key.
func trusted(pins []string) []chromedp.ExecAllocatorOption {
	if len(pins) == 0 {
		return nil
	}
	return []chromedp.ExecAllocatorOption{
		chromedp.Flag("ignore-certificate-errors-spki-list", strings.Join(pins, ",")),
	}
}
