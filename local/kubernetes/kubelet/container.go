package kubelet

import (
	"context"
	"os"
	"sync"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// container is one of a pod, through all its restarts.
type container struct {
	worker *worker
	spec   v1.Container
	image  program
	init   bool

	mutex    sync.Mutex
	process  *process
	ended    bool // for good
	state    v1.ContainerState
	last     v1.ContainerState
	restarts int32
	started  bool // the startup probe has passed, or there is none
	ready    bool
	id       string
}

const (
	firstBackOff = 10 * time.Second
	lastBackOff  = 5 * time.Minute
	// longRun is how long a container must have run for its next end to count as the first.
	longRun = 10 * time.Minute
)

func newContainer(w *worker, spec v1.Container, init bool) *container {
	c := &container{worker: w, spec: spec, init: init, image: programs[repository(spec.Image)]}
	c.state.Waiting = &v1.ContainerStateWaiting{Reason: "ContainerCreating"}
	if init || len(w.pod.Spec.InitContainers) > 0 {
		c.state.Waiting.Reason = "PodInitializing"
	}
	statuses := w.pod.Status.ContainerStatuses
	if init {
		statuses = w.pod.Status.InitContainerStatuses
	}
	for _, old := range statuses {
		if old.Name == spec.Name {
			c.restarts = old.RestartCount
			if old.State.Running != nil || old.State.Terminated != nil {
				c.restarts++ // it ended with this program, and is started again by it
			}
		}
	}
	return c
}

// sidecar tells whether an init container goes on beside the others.
func (c *container) sidecar() bool {
	return c.init && value(c.spec.RestartPolicy, "") == v1.ContainerRestartPolicyAlways
}

func (c *container) policy() v1.RestartPolicy {
	switch policy := c.worker.pod.Spec.RestartPolicy; {
	case c.sidecar():
		return v1.RestartPolicyAlways
	case c.init && policy == v1.RestartPolicyAlways:
		return v1.RestartPolicyOnFailure
	default:
		return policy
	}
}

// keep runs the container, again and again as the pod's policy says. It returns when it has ended for good, or nothing more is to be
// started; true tells that it has ended well.
func (c *container) keep(ctx context.Context) bool {
	backOff := time.Duration(0) // at once the first time, as a kubelet does
	for ctx.Err() == nil {
		begun := time.Now()
		code, err := c.once(ctx)
		if ctx.Err() != nil {
			return false
		}
		if time.Since(begun) > longRun {
			backOff = 0
		}
		policy, reason := c.policy(), "CrashLoopBackOff"
		switch {
		case err != nil:
			// not the program's fault: a secret may be missing
			c.wait("CreateContainerConfigError", err.Error())
			c.worker.log(c.spec.Name, err.Error())
			backOff, reason = 2*time.Second, ""
		case policy == v1.RestartPolicyNever || (policy == v1.RestartPolicyOnFailure && code == 0):
			c.mutex.Lock()
			c.ended = true
			c.mutex.Unlock()
			c.worker.wake()
			return code == 0
		}
		if reason != "" && backOff > 0 {
			c.wait(reason, "back-off "+backOff.String()+" restarting failed container")
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(backOff):
		}
		if err == nil {
			c.mutex.Lock()
			c.restarts++
			c.mutex.Unlock()
			backOff = min(max(2*backOff, firstBackOff), lastBackOff)
		} else {
			backOff = 0
		}
	}
	return false
}

// wait shows the container as waiting; how it ended last stays visible.
func (c *container) wait(reason, message string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.state.Terminated != nil {
		c.last = c.state
	}
	c.state = v1.ContainerState{Waiting: &v1.ContainerStateWaiting{Reason: reason, Message: message}}
	c.worker.wake()
}

// once starts the container and waits until it has ended. An error means that it was not started.
func (c *container) once(ctx context.Context) (int32, error) {
	l, err := c.launch(ctx)
	if err != nil {
		return 0, err
	}
	begun := metav1.Now()
	p, err := start(l)
	if err != nil {
		return 0, err
	}
	c.mutex.Lock()
	if c.state.Terminated != nil {
		c.last = c.state
	}
	c.process, c.state = p, v1.ContainerState{Running: &v1.ContainerStateRunning{StartedAt: begun}}
	c.id = "estate://" + string(c.worker.pod.UID) + "-" + c.spec.Name + "-" + time.Now().UTC().Format("150405.000")
	c.started, c.ready = c.spec.StartupProbe == nil, c.spec.StartupProbe == nil && c.spec.ReadinessProbe == nil
	id := c.id
	c.mutex.Unlock()
	c.worker.wake()
	probing, stopProbes := context.WithCancel(ctx)
	var probes sync.WaitGroup
	probes.Add(1)
	go func() { defer probes.Done(); c.probe(probing, p) }()
	if of := c.spec.Lifecycle; of != nil && of.PostStart != nil {
		if err := c.handle(ctx, *of.PostStart, p); err != nil {
			c.worker.log(c.spec.Name, "postStart: "+err.Error())
			p.kill()
		}
	}
	<-p.done
	stopProbes()
	probes.Wait()
	p.kill()              // what it left behind
	_ = os.Remove(l.root) // the point alone: what was mounted there is gone with the process
	code, signal := p.exit()
	reason := "Completed"
	if code != 0 {
		reason = "Error"
	}
	c.mutex.Lock()
	c.process, c.ready, c.started = nil, false, false
	c.state = v1.ContainerState{Terminated: &v1.ContainerStateTerminated{ExitCode: code, Signal: signal, Reason: reason, StartedAt: begun, FinishedAt: metav1.Now(), ContainerID: id}}
	c.mutex.Unlock()
	c.worker.wake()
	return code, nil
}

// stop asks the container to end, after what is to be done before, and kills it when its time is over or the pod is gone.
func (c *container) stop(ctx context.Context, grace time.Duration, gone <-chan struct{}) {
	c.mutex.Lock()
	p := c.process
	c.mutex.Unlock()
	if p == nil {
		return
	}
	limit, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if of := c.spec.Lifecycle; of != nil && of.PreStop != nil {
		if err := c.handle(limit, *of.PreStop, p); err != nil {
			c.worker.log(c.spec.Name, "preStop: "+err.Error())
		}
	}
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-limit.Done():
	case <-gone:
	}
	p.kill()
	<-p.done
	// its end is to be seen in the last status
	for range 100 {
		c.mutex.Lock()
		over := c.process == nil
		c.mutex.Unlock()
		if over {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// await waits until a sidecar has started.
func (c *container) await(ctx context.Context) bool {
	for {
		c.mutex.Lock()
		started := c.started
		c.mutex.Unlock()
		if started {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(100 * time.Millisecond):
		}
	}
}
