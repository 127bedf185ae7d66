// Package chromium runs Debian's Chromium, headless, for tests that need a real browser.
//
// It stands apart from testserver because chromedp takes long to compile, and tests without a browser shall not pay for
// it. Only _test.go files import it.
package chromium
