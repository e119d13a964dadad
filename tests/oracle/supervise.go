// The supervisor: keeps a worker process alive and asks it one request at a time. What recover cannot catch
// (a stack that overflows, log.Fatal, memory or time running out) ends the worker; the request that did it is
// answered as refused, and a new worker takes the next one.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

type supervisor struct {
	program string
	timeout time.Duration
	memory  uint64
	process *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
	errors  *tail
}

func (s *supervisor) start() error {
	s.process = exec.Command(s.program, "-worker", "-memory", strconv.FormatUint(s.memory, 10))
	s.errors = &tail{}
	s.process.Stderr = s.errors
	var err error
	if s.input, err = s.process.StdinPipe(); err != nil {
		return err
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		return err
	}
	s.output = bufio.NewReaderSize(out, 1<<20)
	return s.process.Start()
}

func (s *supervisor) stop() {
	if s.process == nil {
		return
	}
	s.input.Close()
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	s.process = nil
}

// ask returns the answer to one line of request, always one line itself.
func (s *supervisor) ask(line []byte) []byte {
	if s.process == nil {
		if err := s.start(); err != nil {
			s.process = nil
			return fatal(line, "the worker does not start: "+err.Error())
		}
	}
	s.errors.clear()
	process := s.process.Process
	late := false
	var mu sync.Mutex
	timer := time.AfterFunc(s.timeout, func() {
		mu.Lock()
		defer mu.Unlock()
		late = true
		_ = process.Kill()
	})
	_, err := s.input.Write(line)
	var reply []byte
	if err == nil {
		reply, err = s.output.ReadBytes('\n')
	}
	timer.Stop()
	if err == nil {
		return reply
	}
	s.input.Close()
	_ = s.process.Wait()
	s.process = nil
	mu.Lock()
	defer mu.Unlock()
	if late {
		return fatal(line, "no answer within "+s.timeout.String())
	}
	return fatal(line, s.errors.reason())
}

// fatal is the answer to a request that ended its worker.
func fatal(line []byte, why string) []byte {
	var request struct {
		ID json.RawMessage `json:"id"`
	}
	_ = json.Unmarshal(line, &request)
	reply, _ := json.Marshal(&Answer{ID: request.ID, Refused: "fatal: " + why})
	return append(reply, '\n')
}

// tail keeps the beginning of what a worker wrote to standard error since it was last asked.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 4096 - t.text.Len(); room > 0 {
		t.text.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (t *tail) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text.Reset()
}

// reason is the line in which the Go runtime names a crash, or else the last line, which is log.Fatal's.
func (t *tail) reason() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := "the worker ended without a word"
	for _, line := range strings.Split(t.text.String(), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "fatal error: ") {
			return line
		}
		if line != "" {
			last = line
		}
	}
	return last
}
