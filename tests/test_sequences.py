"""What 7-sequences is given: right French, reviews and clips whose order matters, gradients, and checks of lists."""

import numpy as np
import pytest

from grader import Case, CheckFailed
from unrolled import bilingual, clips, reviews
from unrolled.bilingual import NOUNS, PLACES, VERBS, Clause, Phrase, Sentence
from unrolled.layers import rnn_backward, rnn_forward
from unrolled.sequences import (
    decoder_loss,
    feed_forward_loss,
    feed_forward_scores,
    numbered,
    one_hot,
    softmax_loss,
    words_of,
)

NOUN = {noun.one: noun for noun in NOUNS + PLACES}
VERB = {verb.many: verb for verb in VERBS}


def the(noun, several=False, **more):
    return Phrase(NOUN[noun], "the", several, **more)


def near(place, **more):
    return {"where": "near", "place": the(place, **more)}


KNOWN = {           # written down by a person
    "la vache blanche qui n'est pas affamée dort près du lac": Sentence(
        (the("cow", colour="white", clause=Clause(mood="hungry", denied=True)),),
        Clause(VERB["sleep"], **near("lake"))),
    "cet oiseau et l'homme attendent près de l'école": Sentence(
        (Phrase(NOUN["bird"], "this"), the("man")), Clause(VERB["wait"], **near("school"))),
    "un vieil homme ne voit pas d'oiseau": Sentence(
        (Phrase(NOUN["man"], "a", size="old"),),
        Clause(VERB["see"], denied=True, object=Phrase(NOUN["bird"], "a"))),
    "un homme n'évite pas de petit chat noir": Sentence(
        (Phrase(NOUN["man"], "a"),),
        Clause(VERB["avoid"], denied=True, object=Phrase(NOUN["cat"], "a", size="small", colour="black"))),
    "le vieux hibou et la souris grise sont heureux": Sentence(
        (the("owl", size="old"), the("mouse", colour="gray")), Clause(mood="happy")),
    "la femme et la fille ne sont pas heureuses": Sentence(
        (the("woman"), the("girl")), Clause(mood="happy", denied=True)),
    "ces beaux chevaux courent près du vieux pont la nuit": Sentence(
        (Phrase(NOUN["horse"], "these", True, size="beautiful"),),
        Clause(VERB["run"], **near("bridge", size="old"), when="at night")),
    "deux belles chèvres blanches suivent ce bel oiseau": Sentence(
        (Phrase(NOUN["goat"], "two", True, size="beautiful", colour="white"),),
        Clause(VERB["follow"], object=Phrase(NOUN["bird"], "this", size="beautiful"))),
    "les hommes cachent cet œuf sous l'arbre": Sentence(
        (the("man", several=True),),
        Clause(VERB["hide"], object=Phrase(NOUN["egg"], "this"), where="under", place=the("tree"))),
    "cette jeune fille porte le beau chapeau vert": Sentence(
        (Phrase(NOUN["girl"], "this", size="young"),),
        Clause(VERB["carry"], object=the("hat", size="beautiful", colour="green"))),
}


@pytest.mark.parametrize("wanted", KNOWN)
def test_french_agrees_elides_and_denies_as_it_should(wanted):
    assert bilingual.written(bilingual.french(KNOWN[wanted])) == wanted


def test_english_has_its_articles_and_verbs():
    some = Sentence((Phrase(NOUN["owl"], "a"), the("mouse", several=True)), Clause(VERB["carry"], denied=True,
                    object=Phrase(NOUN["egg"], "a", size="old")))
    assert bilingual.written(bilingual.english(some)) == "an owl and the mice do not carry an old egg"


def test_an_english_sentence_has_one_french_one_and_no_sentence_breaks_a_rule_of_elision():
    pairs = bilingual.sentences(3000, "a test", 4, 14)
    meanings = {}
    for english, french in pairs:
        assert 4 <= len(english) <= 14
        assert meanings.setdefault(tuple(english), french) == french
        text = f" {bilingual.written(french)} "
        for broken in (" le a", " la a", " le é", " la é", " le o", " de le ", " ne a", " ne é", " ne e",
                       " ce o", " ce homme ", " beau oiseau ", " vieux oiseau ", " le homme ", " vieux homme ", " de o",
                       " l'hibou", " cet hibou", " l'la", "' "):
            assert broken not in text, text
    assert bilingual.sentences(3000, "a test", 4, 14) == pairs


def test_sentences_that_are_held_out_are_not_among_those_that_are_learned():
    learned = bilingual.sentences(400, "learned", 4, 4)
    held_out = bilingual.sentences(60, "learned", 4, 4, without=learned)
    assert not {tuple(english) for english, _ in learned} & {tuple(english) for english, _ in held_out}


def test_twins_have_the_same_words_and_say_the_opposite():
    texts, pleased = reviews.twins(50, "a test")
    for k in range(0, 100, 2):
        assert sorted(texts[k]) == sorted(texts[k + 1])
        assert texts[k] != texts[k + 1]
        assert pleased[k] != pleased[k + 1]


def test_reviews_are_the_same_every_time_and_about_half_of_them_pleased():
    texts, pleased = reviews.write(1000, "a test")
    again, pleased_again = reviews.write(1000, "a test")
    assert texts == again
    assert np.array_equal(pleased, pleased_again)
    assert 0.45 < pleased.mean() < 0.55
    assert sum("not" in text or "but" in text or "although" in text for text in texts) > 300


def test_clips_are_padded_and_told():
    some = clips.draw(12, "a test", parts=2, shortest=6, longest=9)
    assert some.frames.shape == (12, 18, clips.PIXELS, clips.PIXELS, 3)
    assert all(12 <= n <= 18 for n in some.lengths)
    for n, length in enumerate(some.lengths):
        assert (some.labels[n, :length] >= 0).all()
        assert (some.labels[n, length:] == -1).all()
        assert not some.frames[n, length:].any()
        assert some.texts[n][2] in {action.says.split()[0] for action in clips.ACTIONS}
    assert np.array_equal(some.frames, clips.draw(12, "a test", 2, 6, 9).frames)
    features = clips.eye(some.frames, some.lengths)(some)
    assert features.dtype == np.float32
    assert np.array_equal(features.any(axis=2), some.labels >= 0)


@pytest.mark.parametrize("family", clips.FAMILIES)
def test_actions_of_a_family_go_through_the_same_poses(family):
    """Where the hands, knees and hips are over many clips is alike for all actions of a family, in mean and spread."""
    joints = []
    for action in clips.ACTIONS:
        if action.family == family:
            dice = clips.Dice("poses", action.name)
            frames = [pose for _ in range(150) for pose, _ in clips.poses(action, 10, dice)]
            joints.append(np.array([[*pose.hip, *pose.hands[0], *pose.hands[1], *pose.knees[1]] for pose in frames]))
    for other in joints[1:]:
        assert np.abs(other.mean(axis=0) - joints[0].mean(axis=0)).max() < 1.5
        assert np.abs(other.std(axis=0) - joints[0].std(axis=0)).max() < 1.5


def test_losses_and_their_gradients():
    case = Case(N=3, T=4, D=5, H=6, V=7, G=18, K=8, M=9)
    state, W, Wx, Wh, b, W_vocab, b_vocab = case("NH VD DG HG G HV V")
    words = case.whole("NT", below=7)
    mask = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0]], dtype=bool)
    names = ["W_target", "Wx_dec", "Wh_dec", "b_dec", "W_vocab", "b_vocab"]

    def decoder(state, *weights):
        loss, dstate, grads = decoder_loss(dict(zip(names, weights, strict=True)), state, words, words[:, ::-1], mask)
        return loss, dstate, *(grads[name] for name in names)

    case.loss(decoder, state, W, Wx, Wh, b, W_vocab, b_vocab)
    params = dict(zip(["W_one", "b_one", "W_two", "b_two", "W_out", "b_out"], case("DM M MM M MK K"), strict=True))
    x, labels = case("NTD") * mask[:, :, None], case.whole("N", below=8)
    x[2, 0] = 1
    case.loss(lambda params, labels: feed_forward_loss(params, x, labels), params, labels)
    shuffled = x[:, [1, 0, 2, 3]]
    assert np.allclose(feed_forward_scores(params, x)[0], feed_forward_scores(params, shuffled)[0])
    case.loss(lambda scores, labels: softmax_loss(scores, labels), case("NK"), labels)


def test_words_to_numbers_and_back():
    vocabulary = ["<NULL>", "<START>", "<END>", "<UNK>", "a", "cow"]
    rows = numbered([["a", "cow"], ["cow"]], vocabulary, marks=True)
    assert rows.tolist() == [[1, 4, 5, 2], [1, 5, 2, 0]]
    assert words_of(rows, vocabulary) == [["a", "cow"], ["cow"]]
    assert numbered([["cow"]], vocabulary, marks=False, length=3).tolist() == [[5, 0, 0]]
    assert one_hot(rows, 6)[1].sum(axis=1).tolist() == [1, 1, 1, 0]


def stack(x, h0s, layers):
    caches = []
    for h0, weights in zip(h0s, layers, strict=True):
        x, cache = rnn_forward(x, h0, *weights)
        caches.append(cache)
    return x, caches


def stack_backward(dh, caches):
    dh0s, dlayers = [], []
    for cache in reversed(caches):
        dh, dh0, *dweights = rnn_backward(dh, cache)
        dh0s.insert(0, dh0)
        dlayers.insert(0, tuple(dweights))
    return dh, dh0s, dlayers


def of_a_stack(case):
    x, *h0s = case("NTD NH NH")
    return x, h0s, [tuple(case(shapes)) for shapes in ("DH HH H", "HH HH H")]


def test_gradients_of_lists_are_judged_array_by_array(capsys):
    case = Case(N=2, T=3, D=4, H=5)
    case.gradients(stack, stack_backward, *of_a_stack(case))
    case.edges(stack, stack_backward, *of_a_stack(case))
    said = capsys.readouterr().out
    assert all(f"✓ {name} " in said for name in ("dx", "dh0s[1]", "dlayers[0][0]", "dlayers[1][2]"))


LISTS_GONE_WRONG = {
    "turned round": (lambda dx, a, b: (dx, a[::-1], b), "It is dh0s[1]: are the gradients in the order of the inputs?"),
    "too short": (lambda dx, a, b: (dx, a[1:], b), "✗ dh0s is 1 thing, expected a list of 2: dh0s[0], dh0s[1]."),
    "no list": (lambda dx, a, b: (dx, a[0], b), "✗ dh0s is a ndarray, expected a list of 2"),
    "an inner one too short": (lambda dx, a, b: (dx, a, [b[0], b[1][:2]]),
                               "✗ dlayers[1] is 2 things, expected a list of 3"),
    "none": (lambda dx, a, b: (dx, None, b), "✗ dh0s is None, expected a list of 2"),
    "a shape": (lambda dx, a, b: (dx, a, [b[0], (b[1][0], b[1][1][1:], b[1][2])]), "✗ dlayers[1][1] has shape"),
    "the lower layer": (lambda dx, a, b: (2 * dx, [1.5 * a[0], a[1]], [tuple(1.5 * g for g in b[0]), b[1]]),
                        "Right in layer 1, wrong in layer 0: what does each layer hand on to the one below it?"),
    "what the lowest hands on": (lambda dx, a, b: (dx + a[0].mean(), a, b), "Everything in the lists is right"),
}


@pytest.mark.parametrize("what", LISTS_GONE_WRONG)
def test_what_is_wrong_in_a_list_is_told_by_its_place(what):
    change, words = LISTS_GONE_WRONG[what]
    case = Case(N=2, T=3, D=4, H=5)
    with pytest.raises(CheckFailed) as caught:
        case.gradients(stack, lambda dh, cache: change(*stack_backward(dh, cache)), *of_a_stack(case))
    assert words in str(caught.value)


def test_an_array_that_is_changed_inside_a_list_is_noticed():
    def careless(x, h0s, layers):
        h0s[0] += 1
        return stack(x, h0s, layers)[0]

    case = Case(N=2, T=3, D=4, H=5)
    inputs = of_a_stack(case)
    with pytest.raises(CheckFailed, match="changed its input h0s in place"):
        case.outputs(careless, *inputs, h=stack(*inputs)[0])


def test_whole_numbers_are_asked_for():
    case = Case(N=2, T=3)
    with pytest.raises(CheckFailed, match="holds floats"):
        case.outputs(lambda x: x.astype(float), np.ones((2, 3), int), whole=True, out=np.ones((2, 3)))
