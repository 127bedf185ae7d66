package annotation

import "strings"

// commentBefore returns the text of the block comment that belongs to what begins at offset: one that opens with /** and
// has nothing but white space and // comments between its end and offset. line is that of its first line, from 1.
func commentBefore(src string, offset int) (body string, line int, ok bool) {
	end := offset
	for {
		end = len(strings.TrimRight(src[:end], " \t\r\n"))
		if strings.HasSuffix(src[:end], "*/") {
			break
		}
		// The line before may be a // comment, alone or behind the end of the block comment.
		start := strings.LastIndexByte(src[:end], '\n') + 1
		at := strings.Index(src[start:end], "//")
		if at < 0 {
			return "", 0, false
		}
		before := strings.TrimRight(src[start:start+at], " \t")
		if before != "" && !strings.HasSuffix(before, "*/") {
			return "", 0, false
		}
		end = start + at
	}
	start := strings.LastIndex(src[:end-2], "/*")
	if start < 0 || !strings.HasPrefix(src[start:], "/**") || start+3 > end-2 {
		return "", 0, false
	}
	return src[start+3 : end-2], lineOf(src, start), true
}

// comments returns all block comments of a text that open with /**, wherever they stand.
func comments(src string, each func(body string, line int)) {
	for at := 0; ; {
		start := strings.Index(src[at:], "/**")
		if start < 0 {
			return
		}
		start += at
		n := strings.Index(src[start+3:], "*/")
		if n < 0 {
			return
		}
		each(src[start+3:start+3+n], lineOf(src, start))
		at = start + 3 + n + 2
	}
}

// lineOf is the line of an offset, counted from 1.
func lineOf(src string, offset int) int { return strings.Count(src[:min(offset, len(src))], "\n") + 1 }
