package browser

import "github.com/chromedp/chromedp"

// wayOut are the flags by which every request of the browser goes to the egress
// proxy, in a form that the gate can hold.
func wayOut(proxy string) []chromedp.ExecAllocatorOption {
	if proxy == "" {
		return nil
	}
	return []chromedp.ExecAllocatorOption{
		chromedp.ProxyServer(proxy),
		chromedp.Flag("proxy-bypass-list", "<-loopback>"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-http2", true),
	}
}
