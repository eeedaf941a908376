"""What students really write in 1-rnn: seen in public answers to CS231n's assignment, and the classics."""

from tests.mistakes import Mistake, Variant

NOTEBOOK = "1-rnn/rnn.ipynb"

SIGNATURE = {
    "rnn_forward": "def rnn_forward(x, h0, Wx, Wh, b):\n",
    "rnn_backward": "def rnn_backward(dh, cache):\n",
    "train_hello": "def train_hello(params, x, y, steps, learning_rate):\n",
}

PARKED = SIGNATURE["rnn_forward"] + """
    N, T, D = x.shape
    h, cache = np.zeros((N, T, len(b))), []
    h[:, -1] = h0
    for t in range(T):
        h[:, t], _ = rnn_step_forward(x[:, t], h[:, t - 1], Wx, Wh, b)
        cache.append((x[:, t], h[:, t - 1], Wx, Wh, h[:, t]))
    return h, cache
"""

FILLED = SIGNATURE["rnn_forward"] + """
    N, T, D = x.shape
    h, cache, state = np.zeros((N, T, len(b))), [], h0
    for t in range({steps}):
        state, step = rnn_step_forward(x[:, t], {state}, Wx, Wh, b)
        h[:, t] = state
        cache.append(step)
    return h, cache
"""

PLACED = SIGNATURE["rnn_backward"] + """
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx, dWx, dWh, db = np.zeros((N, T, D)), np.zeros((D, H)), np.zeros((H, H)), np.zeros(H)
    dprev_h, dh0 = np.zeros((N, H)), np.zeros((N, H))
    for t in {order}:
        {upstream}
        {place}, dprev_h, dWx_t, dWh_t, db_t = rnn_step_backward({gradient}, cache[{index}])
        {sums}
    {end}
    return dx, dh0, dWx, dWh, db
"""

USUAL = {
    "order": "reversed(range(T))", "upstream": "pass", "place": "dx[:, t]", "gradient": "dh[:, t] + dprev_h",
    "index": "t", "sums": "dWx += dWx_t; dWh += dWh_t; db += db_t", "end": "dh0 = dprev_h",
}


def placed(**other: str) -> dict[str, str]:
    """The backward pass as most students write it, with some of its parts written otherwise."""
    return {"rnn_backward": PLACED.format(**{**USUAL, **other})}


def filled(steps: str = "T", state: str = "state") -> dict[str, str]:
    """The forward pass into an array made beforehand."""
    return {"rnn_forward": FILLED.format(steps=steps, state=state)}


RETURNED = {
    "rnn_step_forward": "next_h, cache", "product_backward": "dx, dW", "add_backward": "da, db",
    "rnn_step_backward": "dx, dprev_h, dWx, dWh, db", "rnn_forward": "h, cache", "rnn_backward": "dx, dh0, dWx, dWh, db",
    "next_letter_loss": "loss, dscores", "hello_loss": "loss, grads", "train_hello": "params, losses",
}
STEP = "np.tanh(x @ Wx + prev_h @ Wh + b)"
DZ = "dnext_h * (1 - next_h**2)"
LOSS = "-log_p[np.arange(T), y].mean()"
LOG = "np.log(np.exp(shifted).sum(axis=1, keepdims=True))"

MISTAKES = [
    Mistake("rnn_step_forward", "nonlinearity missing", ((STEP, "x @ Wx + prev_h @ Wh + b"),), "is the tanh missing?",
            why="Without the tanh a step is only products and a sum: many steps amount to one linear map, and repeated multiplication by Wh can grow without bound. The tanh keeps every entry in (-1, 1)."),
    Mistake("rnn_step_forward", "tanh applied twice", ((STEP, f"np.tanh({STEP})"),), "is tanh applied twice?",
            why="Numbers that are squashed already are squashed again: tanh of something in (-1, 1) never reaches 0.77 in size, so no unit can come near 1 or -1 any more."),
    Mistake("rnn_step_forward", "sigmoid for tanh", ((STEP, "1 / (1 + np.exp(-(x @ Wx + prev_h @ Wh + b)))"),),
            "a sigmoid in place of tanh",
            why="A sigmoid gives numbers between 0 and 1, and 0.5 when nothing was said. The state needs both signs, with 0 in the middle, and that is tanh."),
    Mistake("rnn_step_forward", "ReLU for tanh", ((STEP, "np.maximum(x @ Wx + prev_h @ Wh + b, 0)"),),
            "a ReLU in place of tanh",
            why="A ReLU cuts negative values off and leaves positive ones unbounded, so a state that is fed back can grow at every step. The tanh holds it on both sides."),
    Mistake("rnn_step_forward", "hand-made tanh overflows",
            ((STEP, "x @ Wx + prev_h @ Wh + b\n    next_h = (np.exp(next_h) - np.exp(-next_h)) / "
                    "(np.exp(next_h) + np.exp(-next_h))"),), "With large inputs: its output is not finite",
            why="The formula is right on paper, but np.exp of a large number is inf, and inf divided by inf is nan. np.tanh computes the same function for numbers of any size."),
    Mistake("rnn_step_forward", "squeeze breaks N=1", ((STEP, f"{STEP}.squeeze()"),), "is there a squeeze?",
            why="Squeeze removes every axis of length 1, and a batch of one sequence has such an axis: (1, H) becomes (H,), and the axis of the batch is gone."),
    Mistake("rnn_step_forward", "Wh transposed", (("prev_h @ Wh", "prev_h @ Wh.T"),), "with Wh transposed",
            why="Wh is square, so its transpose multiplies without complaint. The weights into a new unit stand in a column of Wh; with Wh.T they are taken from a row."),
    Mistake("rnn_step_forward", "Wx transposed", (("x @ Wx", "x @ Wx.T"),), "two shapes do not multiply",
            why="A row of D numbers times a (D, H) matrix is a row of H numbers, and Wx lies ready in that form. Wx.T is (H, D), and its H does not meet the D of x."),
    Mistake("rnn_step_forward", "bias forgotten", ((" + b)", ")"),), "when b changes: is b used?",
            why="Without b every pre-activation is zero when input and state are zero. The bias lets a unit lean to one side before it has read anything."),
    Mistake("rnn_step_forward", "bias subtracted", ((" + b)", " - b)"),), "right with -b",
            why="A network could learn with either sign, but the formula of the step says + b. A bias that was made for it pushes every unit the wrong way when it is taken away."),
    Mistake("rnn_step_forward", "state forgotten", ((" + prev_h @ Wh", ""),), "when prev_h changes: is prev_h used?",
            why="All that the network remembers comes in through prev_h @ Wh. Without this term a step sees its own input alone, as in a feed-forward network."),
    Mistake("rnn_step_forward", "entry by entry instead of a matrix product", (("x @ Wx", "x * Wx"),),
            "two shapes do not fit together",
            why="Each unit of the new state is a weighted sum over all D inputs, and @ takes that sum. The star multiplies entry by entry, which needs two arrays of matching shapes."),
    Mistake("rnn_step_forward", "changes the state it was given",
            ((STEP, STEP + "\n    prev_h[:] = next_h"),), "changed its input prev_h in place",
            why="The assignment prev_h[:] = writes into the caller's array. In a sequence that array is the state of the step before, which the result and the way back still need."),

    Mistake("rnn_step_forward", "zero where pre-activations are large",
            ((STEP, f"{STEP}; next_h = np.where(np.abs(x @ Wx + prev_h @ Wh + b) > 50, 0, next_h)"),), "With large inputs",
            why="A large pre-activation is no fault: its tanh is close to 1 or -1, a unit that is sure. Setting it to 0 erases just the strongest signals."),
    Mistake("rnn_step_forward", "complex numbers", ((STEP, f"{STEP} + 0j"),), "is an array of complex128, expected real numbers",
            why="Adding 0j leaves every value as it was, but turns the whole array into complex numbers. States, losses and gradients are real numbers, and what comes later relies on that."),
    Mistake("rnn_step_forward", "no cache returned", (("return next_h, cache", "return next_h"),),
            "rnn_step_forward returned one array, expected 2 things: next_h, cache.",
            why="The way back needs what the step met on its way forward: both factors of each product, and the new state. Whatever is not returned is gone when the function ends."),
    Mistake("rnn_step_forward", "cache left at None", (("return next_h, cache", "return next_h, None"),),
            "returned None for cache.",
            why="None keeps the number of results right, but holds nothing: the backward step then has neither the inputs nor the new state to make a gradient from."),

    Mistake("tanh_backward", "square of the whole difference", (("(1 - cache**2)", "(1 - cache)**2"),),
            "derivative of the nonlinearity",
            why="The derivative is 1 minus the square of the tanh; only the tanh is squared. The square of 1 - out is the same number at out = 0 and out = 1 and nowhere else."),
    Mistake("tanh_backward", "tanh taken once more", (("cache**2", "np.tanh(cache)**2"),), "derivative of the nonlinearity",
            why="The cache holds tanh(z) already. With another tanh the slope is taken at the point out instead of at z, and it is too large wherever z is not zero."),
    Mistake("tanh_backward", "upstream gradient forgotten", (("dout * (1", "(1"),), "does not change when dout changes",
            why="The slope of tanh tells how out follows z. How the loss follows out stands in dout, and the chain rule multiplies the two."),
    Mistake("product_backward", "W not transposed", (("dout @ W.T", "dout @ W"),), "two shapes do not multiply",
            why="Forward, x[n, d] was multiplied by W[d, h] for every h, so it collects dout[n, h] times W[d, h] over all h. Both have h as their second index, hence W.T in the product."),
    Mistake("product_backward", "dW transposed", (("x.T @ dout", "dout.T @ x"),), "It looks transposed",
            why="The gradient of W has the shape of W: D comes first, then H. So x, which has the D, stands in front, as x.T @ dout; the other order gives the transpose."),
    Mistake("product_backward", "outputs swapped", (("dx, dW =", "dW, dx ="),), "in another order",
            why="Both products are right, but each got the other's name: dout @ W.T has the shape of x, so it is dx, and x.T @ dout has the shape of W."),
    Mistake("product_backward", "squeeze breaks N=1", (("= dout @ W.T,", "= (dout @ W.T).squeeze(),"),), "With N = 1: dx has shape",
            why="dx has the shape of x, also when the batch holds a single row. Squeeze makes (D,) of (1, D), because it cannot tell a batch of one from an axis too many."),
    Mistake("add_backward", "squeeze breaks N=1", (("= dout, ", "= dout.squeeze(), "),), "With N = 1: da has shape",
            why="A sum hands its gradient on unchanged, shape and all. Squeeze drops the batch when N is 1, and da no longer fits the a that it belongs to."),
    Mistake("add_backward", "db not summed", (("dout.sum(axis=0)", "dout"),), "is a sum over it missing?",
            why="One b was added to all N rows. Each row hands back a gradient for it, and the gradient of something that is used N times is the sum of those N shares."),
    Mistake("add_backward", "mean for sum", (("dout.sum(axis=0)", "dout.mean(axis=0)"),), "0.25 = 1/N",
            why="Every row got the whole of b, so every row sends its whole gradient back. A division by N belongs to a loss that averages, not to the sum of two arrays."),

    Mistake("rnn_step_backward", "mean for sum", (("dz.sum(axis=0)", "dz.mean(axis=0)"),), "0.25 = 1/N",
            why="Where the loss averages over the batch, its 1/N has already come down in dnext_h. The bias was added to each row in full, so the rows of dz are added without another division."),
    Mistake("rnn_step_backward", "db summed over everything", (("dz.sum(axis=0)", "dz.sum()"),),
            "is it summed over every axis?",
            why="There is one bias for each unit, and column h of dz speaks of b[h] alone. A sum over both axes melts H gradients into one number."),
    Mistake("rnn_step_backward", "db keeps a leading 1", (("dz.sum(axis=0)", "dz.sum(axis=0, keepdims=True)"),),
            "keepdims",
            why="b is (H,), and so is its gradient. With keepdims the summed axis stays behind as (1, H), and b minus a step along it would be a matrix."),
    Mistake("rnn_step_backward", "db not summed", (("dz.sum(axis=0)", "dz"),), "is a sum over it missing?",
            why="Row n of dz tells how the loss follows the bias as sequence n used it. All sequences used the same bias, so its gradient is the sum of the N rows."),
    Mistake("rnn_step_backward", "db summed over the wrong axis", (("dz.sum(axis=0)", "dz.sum(axis=1)"),),
            "db has shape (N=4), expected (H=6)",
            why="Axis 0 counts sequences, axis 1 counts units. The sequences share the bias, so the sum runs over axis 0 and leaves one number for each unit."),
    Mistake("rnn_step_backward", "Wx not transposed", (("dz @ Wx.T", "dz @ Wx"),), "two shapes do not multiply",
            why="Forward, Wx led from D inputs to H units; on the way back each input collects from all the units that it fed. That sum over H is dz @ Wx.T."),
    Mistake("rnn_step_backward", "Wh not transposed", (("dz @ Wh.T", "dz @ Wh"),), "right when Wh is symmetric",
            why="Wh[i, j] led from old unit i to new unit j, so what is known about j has to come back to i. That takes Wh.T, and since Wh is square no shape tells the difference."),
    Mistake("rnn_step_backward", "dWx transposed", (("x.T @ dz,", "dz.T @ x,"),), "It looks transposed",
            why="Wx[d, h] joined input d to unit h, so its gradient is the sum of x[n, d] times dz[n, h] over the batch: x.T @ dz. In dz.T @ x rows and columns have changed places."),
    Mistake("rnn_step_backward", "dWh transposed", (("prev_h.T @ dz", "dz.T @ prev_h"),),
            "the transpose of the right answer",
            why="The sums in dz.T @ prev_h are the right ones, but filed under exchanged indices: row i of dWh belongs to old unit i. Wh is square, so the shape looks right."),
    Mistake("rnn_step_backward", "dWh from the new state", (("prev_h.T @ dz", "next_h.T @ dz"),),
            "is the state it is made with the one before the step",
            why="The forward product was prev_h @ Wh, so the weight's gradient pairs dz with what came in, not with what went out."),
    Mistake("rnn_step_backward", "square of the whole difference", ((DZ, "dnext_h * (1 - next_h)**2"),),
            "derivative of the nonlinearity",
            why="The slope of tanh is 1 minus the square of the state. The square of 1 - h is too small where h is positive, and too large where h is negative."),
    Mistake("rnn_step_backward", "tanh forgotten on the way back", ((DZ, "dnext_h"),), "derivative of the nonlinearity",
            why="dnext_h lies behind the tanh, the products lie before it. On the way from one to the other every entry is multiplied by the slope 1 - h², near 0 for a unit that is sure."),
    Mistake("rnn_step_backward", "tanh taken once more", ((DZ, "dnext_h * (1 - np.tanh(next_h)**2)"),),
            "derivative of the nonlinearity",
            why="next_h is a tanh already. With another one inside, a unit near 1 is given a slope of about 0.42, where next to nothing should come through."),
    Mistake("rnn_step_backward", "plus for minus in tanh'", ((DZ, "dnext_h * (1 + next_h**2)"),),
            "derivative of the nonlinearity",
            why="1 + h² is never below 1, so this way back makes gradients larger at every step. The slope of tanh is never above 1, and it falls to 0 where a unit is sure."),
    Mistake("rnn_step_backward", "tanh' with the opposite sign", ((DZ, "dnext_h * (next_h**2 - 1)"),), "opposite sign",
            why="tanh rises everywhere, so its slope is positive: 1 - h². The difference taken the other way round turns every gradient of the step about: where the loss rises, it says that the loss falls."),
    Mistake("rnn_step_backward", "upstream gradient forgotten", ((DZ, "1 - next_h**2"),), "does not change when dnext_h changes",
            why="1 - h² tells how the state follows the pre-activation, and nothing of the loss. How much the loss cares about the state stands in dnext_h, the other factor of the chain rule."),
    Mistake("rnn_step_backward", "outputs swapped", (("dx, dprev_h =", "dprev_h, dx ="),), "in another order",
            why="Both products are right, under each other's names: what goes back through Wx belongs to the input, what goes back through Wh to the old state."),
    Mistake("rnn_step_backward", "cache unpacked with a name too many",
            (("x, prev_h, Wx, Wh, next_h = cache", "x, prev_h, Wx, Wh, b, next_h = cache"),),
            "unpacked in the order in which it was packed",
            why="A cache is a tuple without labels: what is unpacked must be what was packed, in number and in order. The bias was never put in, and db needs dz alone."),
    Mistake("rnn_step_backward", "squeeze breaks N=1", (("dz @ Wx.T,", "np.squeeze(dz @ Wx.T),"),), "is there a squeeze?",
            why="A batch of one sequence is legal, and its dx is (1, D). np.squeeze takes that axis away, though it stands for the batch."),
    Mistake("rnn_step_backward", "zero for float32", ((DZ, f"{DZ} * (x.dtype != np.float32)"),), "With float32: dx is wrong",
            why="How precisely numbers are stored does not change what their gradient is. A special case for float32, the usual type in training, gives just those networks a gradient of zero."),

    Mistake("rnn_forward", "state not carried", (("(x[:, t], state,", "(x[:, t], h0,"),), "is the state carried",
            why="Each step starts from the state that the last one left. With h0 at every step the chain is cut, and no step knows of the inputs before it."),
    Mistake("rnn_forward", "starts from zero", (("[], [], h0", "[], [], np.zeros_like(h0)"),), "is h0 used?",
            why="The first state is the caller's to choose: it may come from an earlier piece of text, or from a picture. Zeros in its place throw that away."),
    Mistake("rnn_forward", "time first", (("axis=1)  ", "axis=0)  "),), "The axes are in another order",
            why="np.stack puts the new axis where it is told. The list runs over time and each state is (N, H), so axis=1 makes (N, T, H), and axis=0 puts time in front of the batch."),
    Mistake("rnn_forward", "h0 among the states", (("[], [], h0", "[h0], [], h0"),), "one too long along T",
            why="h holds the states after each of the T steps. h0 was there before the first one; in the list it makes T + 1, and h[:, t] would be the state before step t."),
    Mistake("rnn_forward", "only the last state", (("np.stack(states, axis=1)", "state"),), "The axis of T is missing",
            why="A loss may look at the state after every step, as it will for every letter of a word. The last state alone is what one of the five shapes needs, many to one."),
    Mistake("rnn_forward", "last step left out", instead=filled(steps="T - 1"), words="where it is zero",
            why="A range leaves its end out already, so range(T) stops at the last step. With T - 1 the last state is never computed, and the zeros stay that the array was made with."),
    Mistake("rnn_forward", "seven steps and no more", instead=filled(steps="min(T, 7)"), words="where it is zero",
            why="One set of weights reads sequences of any length, so the number of steps is taken from x. A loop that ends at seven fits one example and leaves longer ones unfinished."),
    Mistake("rnn_forward", "loops over the batch, not over time", instead=filled(steps="N"), words="where it is zero",
            why="N counts sequences, T counts steps. A loop over range(N) takes as many steps as there are sequences, which is right only when the two happen to be equal."),
    Mistake("rnn_forward", "x[t] taken for step t", (("(x[:, t], state,", "(x[t], state,"),), "Time is the second axis",
            why="x is (N, T, D), so x[t] is all of sequence number t, every step of it. Step t of all sequences is x[:, t], of shape (N, D)."),
    Mistake("rnn_forward", "states stored after the loop",
            (("        states.append(state)\n        cache", "    states.append(state)\n    cache"),), "h has shape",
            why="Python reads from the indentation what a loop repeats. Here the states run on inside it, but storing them happens once, after the last step."),
    Mistake("rnn_forward", "no cache returned", (("return h, cache", "return h"),),
            "rnn_forward returned one array, expected 2 things: h, cache.",
            why="The way back visits the steps from the last to the first and needs each one's cache. From h alone it would know neither the inputs nor the weights."),
    Mistake("rnn_forward", "squeeze breaks N=1", (("axis=1)  ", "axis=1).squeeze()  "),), "is there a squeeze?",
            why="h is (N, T, H) for every N. Squeeze drops each axis of length 1, so a single sequence, or a single step, loses its place."),

    Mistake("rnn_backward", "recurrent gradient not added", (("dh[:, t] + dh0", "dh[:, t]"),),
            "what reaches h[t] besides dh[:, t]?",
            why="h[:, t] is used twice: the loss looks at it, and the next step is made with it. dh[:, t] comes from the first use only, and the gradients of two uses add."),
    Mistake("rnn_backward", "only the recurrent gradient", instead=placed(upstream="dprev_h = dprev_h if t < T - 1 else "
            "dh[:, t]", gradient="dprev_h"), words="what reaches h[t] besides dh[:, t]?",
            why="dh[:, t] is what the loss says about the state after step t, directly. Taken at the last step alone, it leaves out that the loss looks at earlier states too."),
    Mistake("rnn_backward", "dh0 left at zero", instead=placed(end="pass"), words="dh0 is wrong: relative error 1e+00, "
            "needs 1e-06 or less.\n  It is zero in every entry",
            why="What comes back from the first step is the gradient of the state before it, and that is h0. It was computed, and zeros were returned in its place."),
    Mistake("rnn_backward", "weight gradients overwritten",
            (("dWx + dWx_t, dWh + dWh_t, db + db_t", "dWx_t, dWh_t, db_t"),), "is the share of every step added up?",
            why="One set of weights worked at all T steps, so its gradient is a sum of T shares. An assignment keeps the share of the step that was visited last, t = 0."),
    Mistake("rnn_backward", "only dWh overwritten", (("dWh + dWh_t", "dWh_t"),), "is the share of every step added up?",
            why="Wh worked at every step, just as Wx and b did, so its shares are added up as theirs are. Without the sum only the share of the first step is left."),
    Mistake("rnn_backward", "mean over time", (("    return", "    dWx, dWh, db = dWx / len(cache), dWh / len(cache), "
            "db / len(cache)\n    return"),), "= 1/T here",
            why="Nothing on the way forward divides by T: each step used the weights in full, and their shares add. If the loss averages over steps, that factor is in dh already."),
    Mistake("rnn_backward", "dx accumulated instead of placed",
            (("dxs.insert(0, dx_t)", "dxs = [dx_t + (dxs[0] if dxs else 0)] * len(cache)"),), "the same at every step",
            why="Weights serve all steps and collect a sum, but x[:, t] goes in at one step alone. Its gradient is that step's dx and nothing else, in its own place in time."),
    Mistake("rnn_backward", "dx of the last step only", (("np.stack(dxs, axis=1)", "dxs[-1]"),), "The axis of T is missing",
            why="Each input has a gradient of its own, so dx is (N, T, D). dxs[-1] belongs to the last input; the others were computed and are lost."),
    Mistake("rnn_backward", "dx backward in time", (("dxs.insert(0, dx_t)", "dxs.append(dx_t)"),), "backward in time",
            why="The loop meets the last step first, so append stores the gradients in that order. dx[:, t] has to lie where x[:, t] lay: each new one goes to the front."),
    Mistake("rnn_backward", "seven steps and no more", instead=placed(order="reversed(range(min(T, 7)))"), words="where it is zero",
            why="With more than seven steps the walk begins in the middle: later steps get no dx, add nothing to the weights' gradients, and send nothing back to earlier ones."),
    Mistake("rnn_backward", "forward in time", instead=placed(order="range(T)"), words="With one step (T = 1) it is right",
            why="What step t + 1 sends back is part of the gradient of h[:, t], so step t + 1 has to come first. Walking forward, it reaches the wrong neighbour."),
    Mistake("rnn_backward", "cache of the step before", instead=placed(index="t - 1"),
            words="With one step (T = 1) it is right",
            why="dh[:, t] is about the state that step t made, and what made it stands in cache[t]. With t - 1 the slopes of another step are used, and at t = 0 Python takes the last one's."),
    Mistake("rnn_backward", "db keeps a leading 1", (("dh0, dWx, dWh, db = [], 0, 0, 0, 0", "dh0, dWx, dWh, db = [], 0, 0, "
            "0, np.zeros((1, dh.shape[2]))"),), "keepdims",
            why="A sum that starts from shape (1, H) keeps that shape, because broadcasting stretches (H,) to fit. The gradient of b has the shape of b, so it starts from 0 or from zeros of shape (H,)."),
    Mistake("rnn_backward", "a cached view of h is overwritten", instead={"rnn_forward": PARKED},
            words="is the state it is made with the one before the step, unchanged?",
            why="h[:, -1] is a view, not a copy. As a parking place for h0 it is overwritten by the last step, and the first step's cache then holds the last state instead of h0."),
    Mistake("rnn_backward", "time first", (("axis=1)  ", "axis=0)  "),), "The axes are in another order",
            why="dx has the shape of x, batch first and time second. The gradients lie in a list over time, and np.stack along axis 0 leaves time in front."),

    Mistake("next_letter_loss", "sum for mean", ((".mean()", ".sum()"),), "= T here",
            why="The loss of a word is the average over its T letters, so that long words and short ones can be compared. A sum grows with the word, and no longer fits the averaged gradient."),
    Mistake("next_letter_loss", "minus forgotten", (("-log_p", "log_p"),), "opposite sign",
            why="Probabilities are below 1, so their logarithms are negative, and surprise is minus the logarithm. Without the minus a good guess has the higher loss."),
    Mistake("next_letter_loss", "gradient not averaged", (("    dscores /= T\n", ""),), "= T here",
            why="The loss is a mean over T letters: each letter enters it with the weight 1/T, and so does the gradient of its scores."),
    Mistake("next_letter_loss", "one not subtracted", (("    dscores[np.arange(T), y] -= 1\n", ""),),
            "just the entry of the right answer is wrong",
            why="The gradient is what was expected minus what came: the probabilities, less 1 at the right letter. Without the 1, every score is pushed down and the right one never up."),
    Mistake("next_letter_loss", "overflows", (("scores - scores.max(axis=1, keepdims=True) ", "scores"),), "With large inputs",
            why="exp of a score above 709 is inf in float64. Subtracting the row's largest score changes no probability, because the factor cancels, and makes 0 the largest exponent."),
    Mistake("next_letter_loss", "a small number in the logarithm", ((LOSS, "-np.log(np.exp(log_p[np.arange(T), y]) + 1e-12).mean()"),),
            "It is -log(1e-12)",
            why="Adding 1e-12 puts a ceiling of about 27.6 on the loss, however wrong the model is. The score minus the logarithm of the sum never meets log(0) and needs no such help."),
    Mistake("next_letter_loss", "probabilities clipped", ((LOSS, "-np.log(np.clip(np.exp(log_p[np.arange(T), y]), 1e-10, 1)).mean()"),),
            "It is -log(1e-10)",
            why="The clip hides that a probability has become 0: the loss ends at about 23 where the scores say 1000. The logarithm made from the scores themselves stays right without it."),
    Mistake("next_letter_loss", "overflows on the way back", (("np.exp(log_p)\n", "np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)\n"),),
            "With large inputs: dscores is not finite",
            why="The loss is safe, since it uses shifted scores, but the gradient takes exp of the raw ones, and inf divided by inf is nan. exp(log_p) has the same probabilities without large exponents."),
    Mistake("next_letter_loss", "overflow swept under zeros", (("np.exp(log_p)\n", "np.nan_to_num(np.exp(scores) / np.exp(scores).sum(axis=1, "
            "keepdims=True))\n"),), "With large inputs: dscores",
            why="nan_to_num does not repair an overflow, it renames it: the letter with the huge score gets probability 0 where it should get nearly 1."),
    Mistake("next_letter_loss", "changes the scores", (("shifted = scores - ", "shifted = scores\n    shifted -= "),),
            "changed its input scores in place",
            why="shifted = scores makes a second name for one array, and -= then writes into what the caller passed in. A new array comes from scores minus the maximum."),
    Mistake("next_letter_loss", "targets one step off", (("y].mean()", "np.roll(y, 1)].mean()"),), "loss is wrong",
            why="y[t] is already the letter that follows step t. Rolled by one, each step is judged by another step's letter, the first one by the last of the word."),
    Mistake("next_letter_loss", "softmax over time", (("scores.max(axis=1, keepdims=True)", "scores.max()"),
            (LOG, LOG.replace("axis=1", "axis=0"))), "= log(T) / log(V)",
            why="At each step the letters compete with each other, so probabilities add up to 1 along axis 1, the vocabulary. Along axis 0 the steps of a word would compete for each letter."),

    Mistake("hello_loss", "bias instead of its gradient", (('"b_vocab": dscores.sum(axis=0)', '"b_vocab": params["b_vocab"]'),),
            "It equals the parameter itself",
            why="A parameter and its gradient have the same shape and are different things. b_vocab was added to the scores at each step, so its gradient is dscores, summed over the steps."),
    Mistake("hello_loss", "gradient of b forgotten", (('"b": db, ', ""),), "no entry 'b'",
            why="Every parameter that went in gets a gradient, under the same key. rnn_backward did compute db; if it is left out of the dictionary, b cannot learn."),
    Mistake("hello_loss", "vocabulary bias forgotten", ((' + params["b_vocab"]', ""),), "does not change with b_vocab. Is b_vocab used there?",
            why="b_vocab lets a letter be likely whatever the state says. Left out of the scores it has no effect on the loss, and yet grads reports a slope for it."),
    Mistake("hello_loss", "W_vocab transposed on the way back", (('"W_vocab": h[0].T @ dscores', '"W_vocab": dscores.T @ h[0]'),),
            "It looks transposed",
            why="scores = h[0] @ W_vocab, so entry (i, k) of the weight joins unit i to letter k, and its gradient is h[0].T @ dscores. The other order exchanges units and letters."),
    Mistake("hello_loss", "squeeze breaks T=1", (("h[0] @ W_vocab", "np.squeeze(h) @ W_vocab"),), "With T = 1",
            why="np.squeeze is meant to take the batch away, but a word of one letter has an axis of time of length 1, and both go. h[0] takes exactly one axis."),
    Mistake("hello_loss", "takes a parameter out of the dictionary", (('+ params["b_vocab"]', '+ params.pop("b_vocab")'),),
            "removed b_vocab from its input params",
            why="pop hands over the value and deletes the key, in a dictionary that belongs to the caller: the next call finds no b_vocab. Square brackets only read."),
    Mistake("train_hello", "steps uphill", (("params[name] - learning_rate", "params[name] + learning_rate"),),
            "does each step go downhill?",
            why="A gradient points to where the loss rises fastest. To bring the loss down, each parameter takes a step against its gradient, with a minus."),
    Mistake("train_hello", "parameters never updated", (("        params = {name: params[name] - learning_rate * grads[name] for name in "
            "params}\n", ""),), "does each step go downhill?",
            why="A gradient by itself changes nothing. Learning is the line that moves each parameter against its gradient, so that the next loss is computed with the moved ones."),
    Mistake("train_hello", "only the last loss", (("losses.append(loss)", "losses = [loss]"),), "losses has 1 entry, expected 300",
            why="losses = [loss] makes a new list of one at every step, and the earlier losses are gone. append lengthens the list that is there."),
    Mistake("train_hello", "losses in arrays of one", (("losses.append(loss)", "losses.append(np.array([loss]))"),),
            "losses[0] has shape (1,), expected a single number",
            why="A loss is one number. Each wrapped in an array of its own, three hundred of them make a column of shape (300, 1) when they are put together, not a row."),
    Mistake("train_hello", "no parameters returned", (("return params, losses", "return [], losses"),), "params is a list, expected a dictionary",
            why="What was learned lies in the parameters. The loop makes new dictionaries and leaves the caller's as it was, so if they are not returned the training is lost."),
    Mistake("train_hello", "all parameters but b lost", (("return params, losses", "return {'b': params['b']}, losses"),), "params has no entry 'Wx'",
            why="The model is all five arrays together. With b alone nothing can be computed; the dictionary that the loop ends with has all of them."),
    Mistake("train_hello", "momentum added", instead={"train_hello": SIGNATURE["train_hello"] + """
    losses, speed = [], dict.fromkeys(params, 0)
    for _ in range(steps):
        loss, grads = hello_loss(params, x, y)
        losses.append(loss)
        speed = {name: 0.5 * speed[name] + grads[name] for name in params}
        params = {name: params[name] - learning_rate * speed[name] for name in params}
    return params, losses
"""}, words="after three steps",
            why="Momentum moves the parameters by earlier gradients too, not only by the one at hand. It is a good method and another one: plain gradient descent has no memory."),
    Mistake("train_hello", "learning rate decays", (("losses.append(loss)", "losses.append(loss); learning_rate *= 0.99"),), "after three steps",
            why="One learning rate is given, for all the steps. Shrunk by a hundredth every time, it is down to a twentieth after three hundred steps, and the steps are no longer those that were asked for."),
    Mistake("train_hello", "losses invented", (("losses.append(loss)", "losses.append(loss if len(losses) < 2 else losses[1] * 0.98 ** len(losses))"),),
            "losses of three steps is wrong",
            why="Each entry is to be the loss that was computed before its step. A curve made from the second one falls beautifully and says nothing about the parameters."),
]

VARIANTS = [
    Variant("rnn_step_forward", "np.dot", ((STEP, "np.tanh(np.dot(x, Wx) + np.dot(prev_h, Wh) + b)"),)),
    Variant("rnn_step_forward", "a single product", ((STEP, "np.tanh(np.hstack([x, prev_h]) @ np.vstack([Wx, Wh]) + b)"),)),
    Variant("rnn_step_forward", "float32 inside", ((STEP, f"{STEP}.astype(np.float32)"),)),
    Variant("rnn_step_forward", "prints and warns", ((STEP, f"{STEP}; print('shapes', x.shape); np.exp(np.array([1e4])); "
            "import sys; print('a line', file=sys.stderr)"),)),
    Variant("rnn_step_forward", "all float32", ((STEP, "np.tanh(np.float32(x) @ np.float32(Wx) + np.float32(prev_h) @ np.float32(Wh) + np.float32(b))"),)),
    Variant("rnn_step_backward", "float32 on the way back", ((DZ, f"({DZ}).astype(np.float32)"),)),
    Variant("rnn_step_backward", "all float32", instead={
        "rnn_step_forward": "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    x, prev_h, Wx, Wh, b = [np.float32(a) for a in (x, prev_h, Wx, Wh, b)]\n"
                            "    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n    return next_h, (x, prev_h, Wx, Wh, next_h)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    x, prev_h, Wx, Wh, next_h = cache\n    dz = np.float32(dnext_h) * (1 - next_h**2)\n"
                             "    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)\n"}),
    *[Variant(name, "returned in a list", ((f"return {names}", f"return [{names}]"),)) for name, names in RETURNED.items()],
    Variant("rnn_step_backward", "a namedtuple for a cache", instead={
        "rnn_step_forward": "import collections\nKept = collections.namedtuple('Kept', 'x p Wx Wh h')\n\ndef rnn_step_forward(x, prev_h, Wx, Wh, b):\n"
                            "    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n    return next_h, Kept(x, prev_h, Wx, Wh, next_h)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    c = cache\n    dz = dnext_h * (1 - c.h**2)\n"
                             "    return dz @ c.Wx.T, dz @ c.Wh.T, c.x.T @ dz, c.p.T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "a kind of dictionary for a cache", instead={
        "rnn_step_forward": "class Kept(dict):\n    def __init__(self, *, h, **more):\n        super().__init__(more)\n        self.h = h\n\n"
                            "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n"
                            "    return next_h, Kept(x=x, p=prev_h, Wx=Wx, Wh=Wh, h=next_h)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    c = cache\n    dz = dnext_h * (1 - c.h**2)\n"
                             "    return dz @ c['Wx'].T, dz @ c['Wh'].T, c['x'].T @ dz, c['p'].T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "a dictionary for a cache", instead={
        "rnn_step_forward": "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n"
                            "    return next_h, dict(x=x, p=prev_h, Wx=Wx, Wh=Wh, h=next_h)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    c = cache\n    dz = dnext_h * (1 - c['h']**2)\n"
                             "    return dz @ c['Wx'].T, dz @ c['Wh'].T, c['x'].T @ dz, c['p'].T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "a list for a cache, popped", instead={
        "rnn_step_forward": "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n"
                            "    return next_h, [x, prev_h, Wx, Wh, next_h]\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    h, Wh, Wx, p, x = [cache.pop() for _ in range(5)]\n"
                             "    dz = dnext_h * (1 - h**2)\n    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, p.T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "an object for a cache", instead={
        "rnn_step_forward": "class Kept:\n    pass\n\ndef rnn_step_forward(x, prev_h, Wx, Wh, b):\n    c = Kept()\n"
                            "    c.x, c.p, c.Wx, c.Wh = x, prev_h, Wx, Wh\n    c.h = np.tanh(x @ Wx + prev_h @ Wh + b)\n"
                            "    return c.h, c\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    c = cache\n    dz = dnext_h * (1 - c.h**2)\n"
                             "    return dz @ c.Wx.T, dz @ c.Wh.T, c.x.T @ dz, c.p.T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "gradients in a list", (("return dx, dprev_h, dWx, dWh, db",
            "return [dx, dprev_h, dWx, dWh, db]"),)),
    Variant("rnn_step_backward", "upstream changed in place", ((DZ, "dnext_h\n    dz *= 1 - next_h**2"),)),
    Variant("rnn_step_backward", "through the blocks", instead={
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    x, prev_h, Wx, Wh, next_h = cache\n"
                             "    dz = tanh_backward(dnext_h, next_h)\n    dz, db = add_backward(dz, None)\n"
                             "    dx, dWx = product_backward(dz, (x, Wx))\n    dprev_h, dWh = product_backward(dz, (prev_h, Wh))\n"
                             "    return dx, dprev_h, dWx, dWh, db\n"}),
    Variant("rnn_step_backward", "z kept, derivative by cosh", instead={
        "rnn_step_forward": "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    z = x @ Wx + prev_h @ Wh + b\n"
                            "    return np.tanh(z), (x, prev_h, Wx, Wh, z)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    x, p, Wx, Wh, z = cache\n"
                             "    dz = dnext_h / np.cosh(z)**2\n    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, p.T @ dz, dz.sum(0)\n"}),
    Variant("rnn_forward", "filled into an array", instead=filled()),
    Variant("rnn_forward", "time first inside", (("x.shape[1]", "len(x.swapaxes(0, 1))"),)),
    Variant("rnn_backward", "sums in place", instead=placed()),
    Variant("rnn_backward", "dh changed in place", instead=placed(upstream="dh[:, t] += dprev_h", gradient="dh[:, t]")),
    Variant("rnn_backward", "einsum", (("dWx + dWx_t", "dWx + np.einsum('ij->ij', dWx_t)"),)),
    Variant("rnn_backward", "the whole way back for every step", instead={
        "rnn_backward": SIGNATURE["rnn_backward"] + """
    N, T, H = dh.shape
    dx, dh0, dWx, dWh, db = np.zeros((N, T, cache[0][0].shape[1])), 0, 0, 0, 0
    for last in range(T):
        dstate = dh[:, last]
        for t in range(last, -1, -1):
            dx_t, dstate, dWx_t, dWh_t, db_t = rnn_step_backward(dstate, cache[t])
            dx[:, t] += dx_t
            dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
        dh0 = dh0 + dstate
    return dx, dh0, dWx, dWh, db
"""}),
    Variant("rnn_backward", "the cache is popped", (("cache[t])", "cache.pop())"),)),
    Variant("rnn_backward", "float32 inside", (("dWx, dWh, db = dWx + dWx_t", "dWx, dWh, db = np.float32(dWx) + dWx_t"),)),
    Variant("next_letter_loss", "through a one-hot", (("dscores[np.arange(T), y] -= 1", "dscores = dscores - "
            "np.eye(scores.shape[1])[y]"),)),
    Variant("next_letter_loss", "a Python loop for the loss", (("-log_p[np.arange(T), y].mean()",
            "-sum(log_p[t, y[t]] for t in range(T)) / T"),)),
    Variant("hello_loss", "helpers and imports", (("    W_vocab, h0", "    import math\n    W_vocab, h0"),)),
    Variant("hello_loss", "gradients in another order", (("return loss, grads", "return loss, dict(reversed(grads.items()))"),)),
    Variant("hello_loss", "the rest in float32", (("return loss, grads", "return loss, {name: np.float32(grads[name]) for name in grads}"),)),
    Variant("train_hello", "numpy raises on its way", (("    losses = []", "    np.seterr(all='raise')\n    losses = []"),)),
    Variant("train_hello", "losses in an array", (("return params, losses", "return params, np.array(losses)"),)),
    Variant("train_hello", "changes its dictionary in place", (("        params = {name: params[name] - learning_rate * "
            "grads[name] for name in params}", "        for name in params:\n            params[name] -= learning_rate * "
            "grads[name]"),)),
]
