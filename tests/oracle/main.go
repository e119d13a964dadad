// citadel-oracle answers questions about kustomize 5.8.1 by calling kustomize's own packages, many questions
// in one process. The command line, and nothing else: how answers are made is in answer.go and the files it
// calls, how a crash is survived in supervise.go, how a worker is isolated in worker.go.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	worker := flag.Bool("worker", false, "internal: answer in this very process, without a supervisor")
	timeout := flag.Duration("timeout", 20*time.Second, "give up on a request after this long")
	memory := flag.Uint64("memory", 3<<30, "bytes of data a worker may hold before it is ended")
	ask := flag.String("ask", "", "ask one `op` about the file (or folder, for build) named, and print plainly")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: citadel-oracle [flags] [requests.jsonl]      (see README.md)")
		flag.PrintDefaults()
	}
	flag.Parse()

	if *worker {
		work(*memory)
		return
	}
	self, err := os.Executable()
	if err != nil {
		fail(err)
	}
	s := &supervisor{program: self, timeout: *timeout, memory: *memory}
	defer s.stop()
	if *ask != "" {
		os.Exit(askOnce(s, *ask, flag.Arg(0)))
	}
	input := io.Reader(os.Stdin)
	if flag.NArg() > 0 {
		f, err := os.Open(flag.Arg(0))
		if err != nil {
			fail(err)
		}
		defer f.Close()
		input = f
	}
	if err := relay(s, input, os.Stdout); err != nil {
		fail(err)
	}
}

// relay passes every line of input to the supervisor and writes each answer, in order. It flushes as soon as
// no further request is waiting, so a client may either take turns or write far ahead.
func relay(s *supervisor, input io.Reader, output io.Writer) error {
	in := bufio.NewReaderSize(input, 1<<20)
	out := bufio.NewWriterSize(output, 1<<20)
	defer out.Flush()
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			if line[len(line)-1] != '\n' {
				line = append(line, '\n')
			}
			if _, err := out.Write(s.ask(line)); err != nil {
				return err
			}
			if in.Buffered() == 0 {
				if err := out.Flush(); err != nil {
					return err
				}
			}
		}
		if err == io.EOF {
			return out.Flush()
		}
		if err != nil {
			return err
		}
	}
}

// askOnce is the command line for people: one request, its output printed as text.
func askOnce(s *supervisor, op, path string) int {
	request := Request{Op: op}
	if op == "build" {
		request.Disk = path
	} else {
		var text []byte
		var err error
		if path == "" || path == "-" {
			text, err = io.ReadAll(os.Stdin)
		} else {
			text, err = os.ReadFile(path)
		}
		if err != nil {
			fail(err)
		}
		request.Text64 = text
	}
	line, err := json.Marshal(&request)
	if err != nil {
		fail(err)
	}
	var answer Answer
	if err := json.Unmarshal(s.ask(append(line, '\n')), &answer); err != nil {
		fail(err)
	}
	for _, w := range answer.Warnings {
		fmt.Fprintln(os.Stderr, w)
	}
	if answer.Refused != "" {
		fmt.Fprintln(os.Stderr, "refused: "+answer.Refused)
		return 2
	}
	for i, each := range answer.Each {
		if i > 0 {
			fmt.Println("---")
		}
		os.Stdout.Write(each)
	}
	os.Stdout.Write(answer.Out)
	if answer.Data != nil {
		fmt.Println(string(answer.Data))
	}
	return 0
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "citadel-oracle: "+err.Error())
	os.Exit(1)
}
