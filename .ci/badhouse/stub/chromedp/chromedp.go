// Package chromedp stands in for the real one.
package chromedp
