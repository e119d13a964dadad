// The worker: reads requests line by line and answers each in this process, shielded from everything outside
// its input: no network, no programs, no lasting warnings, a bound on memory.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
)

func work(memory uint64) {
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: memory, Max: memory})
	log.SetFlags(0)
	// a worker is small and busy: let it collect garbage less often
	debug.SetGCPercent(400)
	// an anchor that contains itself has no end: find that out sooner than after the usual gigabyte, but leave
	// twice what the deepest document that yaml.v3 reads (10,000 levels) was seen to need
	debug.SetMaxStack(64 << 20)
	debug.SetTraceback("none")
	http.DefaultTransport = noNetwork{}
	// git and helm are looked up on the path: with none, remote bases and charts are refused at once
	os.Setenv("PATH", "")
	notes, err := newNotes()
	if err != nil {
		fail(err)
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			reply := respond(line, notes)
			out.Write(append(reply, '\n'))
			if out.Flush() != nil {
				return
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			fail(err)
		}
	}
}

// respond turns one line of request into one line of answer.
func respond(line []byte, notes *notes) []byte {
	var request Request
	if err := json.Unmarshal(line, &request); err != nil {
		return encode(&Answer{Refused: "bad request: " + err.Error()})
	}
	answer := guarded(&request, notes)
	if request.Repeat > 1 {
		first := string(encode(answer))
		seen := map[string]bool{first: true}
		for range request.Repeat - 1 {
			next := guarded(&request, notes)
			if key := string(encode(next)); !seen[key] {
				seen[key] = true
				answer.Others = append(answer.Others, next)
			}
		}
	}
	answer.ID = request.ID
	return encode(answer)
}

func encode(answer *Answer) []byte {
	reply, err := json.Marshal(answer)
	if err != nil {
		reply, _ = json.Marshal(&Answer{ID: answer.ID, Refused: "answer cannot be written: " + err.Error()})
	}
	return reply
}

// guarded answers a request and turns a panic into a refusal.
func guarded(request *Request, notes *notes) (answer *Answer) {
	notes.open()
	defer func() {
		if caught := recover(); caught != nil {
			answer = &Answer{Refused: fmt.Sprintf("panic: %v", caught)}
			forgetSchema()
		}
		answer.Warnings = notes.close()
	}()
	answer, err := answerTo(request)
	if errors.Is(err, errNotNew) {
		notes.close()
		notes.open()
		request.inNewProcess = true
		answer, err = answerTo(request)
		request.inNewProcess = false
	}
	if err != nil {
		answer = &Answer{Refused: err.Error()}
		if answer.Refused == "" {
			answer.Refused = "an error without text"
		}
	}
	return answer
}

type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("the oracle has no network")
}

// notes catches what kustomize prints to standard error (deprecation warnings, unresolved vars) while one
// request runs; log.Fatal still reaches the real one, where the supervisor reads it.
type notes struct {
	file, stderr *os.File
}

func newNotes() (*notes, error) {
	file, err := os.CreateTemp("", "citadel-oracle-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name())
	return &notes{file: file, stderr: os.Stderr}, nil
}

func (n *notes) open() {
	os.Stderr = n.file
	log.SetOutput(io.MultiWriter(n.file, n.stderr))
}

func (n *notes) close() []string {
	os.Stderr = n.stderr
	log.SetOutput(n.stderr)
	size, err := n.file.Seek(0, io.SeekCurrent)
	if err != nil || size == 0 {
		return nil
	}
	text := make([]byte, size)
	_, _ = n.file.ReadAt(text, 0)
	_ = n.file.Truncate(0)
	_, _ = n.file.Seek(0, io.SeekStart)
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}
