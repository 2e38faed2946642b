package k3s

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/utils/clock"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	kwoklog "sigs.k8s.io/kwok/pkg/log"

	"estate/local/kubernetes/kubelet"
)

// stagesText is how pods go through their lives; KWOK plays it.
//
//go:embed stages.yaml
var stagesText string

func loadStages() (map[internalversion.StageResourceRef][]*internalversion.Stage, error) {
	stages := map[internalversion.StageResourceRef][]*internalversion.Stage{
		// No stage of nodes: that work is ours. But without the entry KWOK would not manage the node at all.
		{APIGroup: "v1", Kind: "Node"}: nil,
	}
	for _, text := range strings.Split(stagesText, "\n---\n") {
		stage, err := kwokconfig.UnmarshalWithType[*internalversion.Stage](text)
		if err != nil {
			return nil, err
		}
		stage.Spec.Selector.MatchExpressions = append(stage.Spec.Selector.MatchExpressions, played())
		ref := stage.Spec.ResourceRef
		stages[ref] = append(stages[ref], stage)
	}
	return stages, nil
}

// played leaves the pods that run to the kubelet: it holds for those of which kubelet.Runs does not.
func played() internalversion.SelectorRequirement {
	text := func(names []string) string {
		list, _ := json.Marshal(append([]string{}, names...))
		return string(list[1 : len(list)-1])
	}
	whole, bare := kubelet.Repositories()
	const runs = `((.metadata.annotations // {}) | (.["estate.local/behaviour"] // .["kubernetes.io/config.mirror"] // "") == "") and
		([(.spec.initContainers // [])[], .spec.containers[]] | all(((.command // []) | length > 0) as $told |
			.image | sub("@.*$"; "") | sub(":[^/:]*$"; "") | split("/") as $parts |
			if ($parts | length) == 1 then "docker.io/library/" + .
			elif $parts[0] != "localhost" and ($parts[0] | test("[.:]") | not) then "docker.io/" + .
			else . end | IN(%s) or ($told and IN(%s))))`
	return internalversion.SelectorRequirement{Key: fmt.Sprintf(runs, text(whole), text(bare)), Operator: internalversion.SelectorOpNotIn, Values: []string{"true"}}
}

// playPods runs KWOK in this process for this node's pods, with the node's own identity. It waits for the node's pod
// range, from which the pods' addresses come.
func (n *node) playPods(ctx context.Context) {
	name := n.agent.host.name
	cidr := ""
	for cidr == "" {
		node, err := n.client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
		if err == nil {
			cidr = node.Spec.PodCIDR
		}
		if cidr == "" && sleep(ctx, 500*time.Millisecond) != nil {
			return
		}
	}
	ctx = kwoklog.NewContext(ctx, kwoklog.NewLogger(os.Stderr, kwoklog.Level(slog.LevelWarn)))
	for ctx.Err() == nil {
		attempt, cancel := context.WithCancel(ctx)
		if err := n.startPods(attempt, cidr); err != nil {
			cancel() // with whatever it has started
			failure("pods are not played yet: %v", err)
			_ = sleep(ctx, 2*time.Second)
			continue
		}
		<-ctx.Done()
		cancel()
	}
}

// startPods brings the network of pods into being, then what runs or plays them.
func (n *node) startPods(ctx context.Context, cidr string) error {
	giver := newAddresses(n.client, n.agent.host, cidr)
	own := informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.FieldSelector = "spec.nodeName=" + n.agent.host.name })
	factory := informers.NewSharedInformerFactoryWithOptions(n.client, 0, own)
	informer := factory.Core().V1().Pods().Informer()
	if n.networked() {
		cluster, ownRange, err := podRanges(fmt.Sprint(n.config["cluster-cidr"]), cidr)
		if err != nil {
			return err
		}
		pods, err := openPodNetwork(n.agent.host, cluster, ownRange)
		if err != nil {
			return err
		}
		controller, err := n.agent.client("k3scontroller")
		if err != nil {
			return err
		}
		if err := (&flannel{node: n}).start(ctx, controller, ownRange); err != nil {
			return err
		}
		if n.config["disable-network-policy"] != "true" {
			if err := startPolicies(ctx, controller, n.agent.host.name); err != nil {
				return err
			}
		}
		factory.Start(ctx.Done())
		if err := pods.follow(ctx, informer); err != nil {
			return err
		}
		giver.attach = pods.attach
	}
	if err := n.kubelet(giver).Follow(ctx, informer); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	return n.startKWOK(ctx, cidr, giver)
}

// networked tells whether pods are to have networks: without flannel something else would make them, which is not played.
func (n *node) networked() bool { return n.config["flannel-backend"] != "none" }

func (n *node) startKWOK(ctx context.Context, cidr string, giver *addresses) error {
	stages, err := loadStages()
	if err != nil {
		return err
	}
	controller, err := controllers.NewController(controllers.Config{
		Clock: clock.RealClock{}, TypedClient: n.client, ManageSingleNode: n.agent.host.name, CIDR: cidr, NodeIP: n.agent.host.ip(), NodeName: n.agent.host.name, NodePort: 10250,
		FuncMap:                 giver.functions(),
		PodPlayStageParallelism: 4, NodePlayStageParallelism: 1, LocalStages: stages, ID: n.agent.host.name,
	})
	if err != nil {
		return err
	}
	return controller.Start(ctx)
}
