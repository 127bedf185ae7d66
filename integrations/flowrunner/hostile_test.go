package flowrunner

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"

	"authdeck/integrations/flowrunner/wire"
)

// hostileArg makes the test program a worker that answers a load as it should, and then does what its name says.
const hostileArg = "__hostile-worker"

func hostileWorker(what string) int {
	c := wire.NewConn(os.Stdin, os.Stdout)
	for {
		m, err := c.Read()
		if err != nil {
			return 0
		}
		switch m.Kind { //nolint:exhaustive // no other is sent
		case wire.List:
			_ = c.Write(wire.Message{Kind: wire.Listed, Service: json.RawMessage(`{"ItemsKnown":true}`)})
		case wire.Load:
			_ = c.Write(wire.Message{Kind: wire.Loaded, Items: "[]"})
		case wire.Invoke:
			return misbehave(c, what)
		}
	}
}

func misbehave(c *wire.Conn, what string) int {
	result := wire.Message{Kind: wire.Result, Text: `"first"`}
	forever := func(m wire.Message) int {
		line, err := json.Marshal(m)
		if err != nil {
			return 9
		}
		for line = append(line, '\n'); err == nil; {
			_, err = os.Stdout.Write(line)
		}
		return 0
	}
	write := func(w io.Writer, text string) bool {
		_, err := io.WriteString(w, text)
		return err == nil
	}
	page := strings.Repeat("x", 64<<10)
	switch what {
	case "answers twice":
		_ = c.Write(result)
		_ = c.Write(wire.Message{Kind: wire.Result, Text: `"second"`})
	case "answers another call":
		_ = c.Write(wire.Message{Kind: wire.Answer, ID: 42, Response: &wire.Response{Status: 200}})
	case "answers with an id of another call":
		result.ID = 42
		_ = c.Write(result)
	case "answers a load":
		_ = c.Write(wire.Message{Kind: wire.Loaded})
	case "two requests of one id":
		for range 2 {
			_ = c.Write(wire.Message{Kind: wire.Send, ID: 1, Request: &wire.Request{Method: "GET", URL: "https://a.example/"}})
		}
		_, _ = c.Read()
		_, _ = c.Read()
		_ = c.Write(result)
	case "a request without request":
		_ = c.Write(wire.Message{Kind: wire.Send, ID: 1})
		_, _ = c.Read()
		_ = c.Write(result)
	case "floods without a line":
		for write(os.Stdout, page) {
		}
	case "floods with lines":
		for write(os.Stdout, "{}\n") {
		}
	case "floods with console lines":
		return forever(wire.Message{Kind: wire.Console, Text: page})
	case "floods with files":
		go func() { _, _ = io.Copy(io.Discard, os.Stdin) }()
		return forever(wire.Message{Kind: wire.Open, Name: "src/index.js"})
	case "floods with files and reads none":
		return forever(wire.Message{Kind: wire.Open, Name: "src/index.js"})
	case "floods with requests":
		return forever(wire.Message{Kind: wire.Send, Request: &wire.Request{Method: "GET", URL: "https://a.example/"}})
	case "floods with bodies":
		return forever(wire.Message{Kind: wire.Send, Body: make([]byte, bodySize()), Request: &wire.Request{Method: "POST", URL: "https://a.example/", HasBody: true}})
	case "floods with uploads":
		return forever(wire.Message{Kind: wire.Upload, Body: []byte("x")})
	case "floods its errors":
		for write(os.Stderr, page) {
		}
	case "closes its output":
		_ = os.Stdout.Close()
		_, _ = c.Read()
	case "says nothing":
		_, _ = c.Read()
	case "a line cut off":
		write(os.Stdout, `{"kind":"resu`)
	case "bytes that are no text":
		write(os.Stdout, "\x00\xff\xfe\n")
	case "a deep message":
		write(os.Stdout, `{"kind":"result","call":`+strings.Repeat("[", 1e6)+"\n")
	case "a deep result":
		_ = c.Write(wire.Message{Kind: wire.Result, Text: strings.Repeat("[", 1e6) + strings.Repeat("]", 1e6)})
	case "a result that is no JSON":
		_ = c.Write(wire.Message{Kind: wire.Result, Text: `{"a":`})
	case "a failure that is none":
		_ = c.Write(wire.Message{Kind: wire.Failed, Reason: wire.Threw, Failure: json.RawMessage(`[1]`)})
	case "an unknown reason":
		_ = c.Write(wire.Message{Kind: wire.Failed, Reason: "x", Text: "\x1b[2Jcleared"})
	case "keys of one name":
		write(os.Stdout, `{"kind":"failed","kind":"result","text":"1","text":"\"last\"","__proto__":{"kind":"open"}}`+"\n")
	case "kills itself by memory":
		_ = bytes.Repeat([]byte("x"), 1<<40)
	}
	return 0
}

func bodySize() int {
	if raceDetector {
		return 1 << 10
	}
	return 15 << 20
}
