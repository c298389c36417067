"""How answers are read that say a thing in a roundabout way, and what a person has to look at."""

from __future__ import annotations

import pytest

from grader.answers.scoring import score
from grader.model import Assignment


def share(homework: Assignment, item: str, criterion: str, text: str) -> float:
    return next(c.share for c in score(homework, item, text).criteria if c.criterion == criterion)


@pytest.mark.parametrize(
    ("item", "criterion", "right", "wrong"),
    [
        ("P3.1", "weights", "파라미터가 적은 것은 합성곱층이다.", "파라미터가 적은 것은 완전연결층이다."),
        ("P3.1", "weights", "합성곱층은 커널을 공유한다.", "완전연결층은 커널을 공유한다."),
        (
            "P3.1",
            "weights",
            "완전연결층에 비해 적은 가중치로 학습이 가능하다.",
            "합성곱층에 비해 적은 가중치로 학습이 가능하다.",
        ),
        (
            "P3.1",
            "locality",
            "With convolution spatial information isn't lost.",
            "Convolution loses spatial information.",
        ),
        (
            "P3.1",
            "locality",
            "A dense layer does not consider neighbouring pixels.",
            "A convolution does not consider neighbouring pixels.",
        ),
        (
            "P3.1",
            "locality",
            "A dense layer has no notion of which pixels are close to each other.",
            "A convolution has no notion of which pixels are close to each other.",
        ),
        ("P3.1", "locality", "FC는 공간 정보가 없어진다.", "합성곱은 공간 정보가 없어진다."),
        ("P2", "vanishing", "ReLU는 vanishing gradient에 robust하다.", "sigmoid는 vanishing gradient에 robust하다."),
        ("P2", "vanishing", "시그모이드는 기울기 소실이 없다고 할 수 없다.", "렐루는 기울기 소실이 없다고 할 수 없다."),
        ("P2", "cheap", "ReLU does not require an exponential.", "Sigmoid does not require an exponential."),
        ("P2", "unit-slope", "ReLU는 양수를 미분하면 1이다.", "ReLU는 음수를 미분하면 1이다."),
        ("P2", "unit-slope", "ReLU's slope is 1 for positive inputs.", "ReLU's slope is 1 for negative inputs."),
        ("P3.2", "shape", "패딩을 써야 크기가 유지된다.", "패딩을 쓰지 않아야 크기가 유지된다."),
        ("P3.2", "border", "패딩이 없으면 가장자리 정보가 손실된다.", "패딩이 없어도 가장자리 정보가 손실되지 않는다."),
        ("P3.2", "border", "You pad because otherwise the edges get ignored.", "When you pad, the edges get ignored."),
        ("P3.2", "smaller", "If we don't pool, computation isn't reduced.", "If we pool, computation isn't reduced."),
        ("P3.2", "shape", "패딩 → 크기 감소 X", "패딩 → 크기 유지 X"),
        ("P3.2", "shape", "패딩 없으면 크기 줄어듬", "패딩 있으면 크기 줄어듬"),
        ("P3.2", "border", "Are the borders lost when we pad? No.", "Are the borders lost when we pad? Yes."),
        # what a network is called goes with its name: `시그모이드 망과 달리`
        (
            "P2",
            "vanishing",
            "시그모이드 망에서는, ReLU 망과 달리, 역전파 신호가 점점 줄어든다.",
            "ReLU 망에서는, 시그모이드 망과 달리, 역전파 신호가 점점 줄어든다.",
        ),
        ("P2", "unit-slope", "ReLU의 미분은 x > 0이면 늘 1을 갖는다.", "시그모이드의 미분은 x > 0이면 늘 1을 갖는다."),
        ("P2", "cheap", "ReLU fixes the vanishing & is quicker.", "Sigmoid fixes the vanishing & is quicker."),
        (
            "P3.1",
            "locality",
            "A dense layer treats neighbouring pixels and distant ones alike.",
            "Convolution ignores neighbouring pixels and sees each in isolation.",
        ),
        ("P3.2", "salient", "Max pooling keeps the most important features.", "It keeps the least important features."),
        ("P3.2", "overfit", "Pooling reduces overfitting.", "Leaving pooling out reduces overfitting."),
        ("P3.2", "smaller", "풀링을 하면 연산량이 줄어든다.", "풀링을 생략하면 연산량이 줄어든다."),
        ("P3.2", "shape", "If you skip padding the maps shrink.", "If you skip padding the maps do not shrink."),
        ("P3.1", "size", "Conv takes images of any size.", "Its weights are nine no matter how large the picture is."),
        # not to keep, to find or to make something denies it
        (
            "P3.1",
            "locality",
            "A dense layer does not keep spatial relations.",
            "A conv layer does not keep spatial relations.",
        ),
        ("P3.1", "locality", "FC layers cannot detect local patterns.", "Convolutions cannot detect local patterns."),
        ("P3.1", "size", "Convolutions work with any input size.", "Convolutions cannot work with any input size."),
        ("P2", "vanishing", "ReLU does not let the gradient vanish.", "Sigmoid does not let the gradient vanish."),
        ("P2", "unit-slope", "ReLU keeps a gradient of 1.", "ReLU does not keep a gradient of 1."),
        ("P2", "saturation", "sigmoid' -> 0 for large x.", "relu' -> 0 for large x."),
        ("P3.2", "salient", "Pooling is robust to small shifts.", "Pooling is not robust to small shifts."),
        (
            "P3.2",
            "salient",
            "Pooling makes it less sensitive to where exactly a feature sits.",
            "Pooling makes it sensitive to small shifts.",
        ),
        ("P3.2", "salient", "풀링은 작은 위치 변화에 둔감하다.", "풀링은 작은 위치 변화에 민감하다."),
        ("P3.2", "salient", "Pooling keeps the key features.", "Pooling does not keep the key features."),
        ("P3.2", "overfit", "Pooling helps against overfitting.", "Pooling has no effect on overfitting."),
        ("P3.2", "smaller", "It both pools and reduces the size.", "Pooling neither reduces the size nor the noise."),
        ("P3.2", "shape", "패딩은 계속 작아지는 것을 막는다.", "패딩은 계속 작아지는 것을 막지 못한다."),
        # what is not there, wherever and by whatever words it is said
        ("P3.2", "border", "The edges are lost without padding.", "The edges are not lost without padding."),
        ("P3.2", "smaller", "There is more computation without pooling.", "There is less computation without pooling."),
        ("P3.2", "shape", "By not padding, we let the map shrink.", "By not padding, we keep the size."),
        ("P3.2", "shape", "The lack of padding shrinks the map.", "The lack of padding keeps the size."),
        (
            "P3.2",
            "border",
            "Unless padding is used, the edges are lost.",
            "Unless padding is used, the edges are kept.",
        ),
        ("P3.2", "border", "Removing padding loses the edges.", "Removing padding keeps the edges."),
        (
            "P3.2",
            "border",
            "Which would otherwise be lost: the edges, so we pad.",
            "Padding is why the edges are lost.",
        ),
        (
            "P3.1",
            "weights",
            "In FC the weights are many, in conv they are few.",
            "In conv they are many, in FC they are few.",
        ),
        (
            "P3.1",
            "locality",
            "A dense layer flattens the image and loses the spatial structure.",
            "A convolution flattens the image and loses the spatial structure.",
        ),
        (
            "P3.2",
            "border",
            "It is padding, not pooling, that keeps the edges.",
            "It is pooling, not padding, that keeps the edges.",
        ),
        # less of it, seldom, rather than
        (
            "P2",
            "vanishing",
            "ReLU's gradients vanish less than others.",
            "Sigmoid's gradients vanish less than others.",
        ),
        ("P2", "saturation", "Sigmoid often saturates.", "Sigmoid rarely saturates."),
        ("P2", "cheap", "ReLU is less expensive than sigmoid.", "ReLU is less cheap than sigmoid."),
        ("P2", "cheap", "ReLU is computationally efficient.", "ReLU is not computationally efficient."),
        (
            "P3.1",
            "locality",
            "Convolution looks at neighbouring pixels rather than far ones.",
            "Convolution looks at far pixels rather than neighbouring ones.",
        ),
        ("P2", "unit-slope", "If x is positive, ReLU's slope is 1.", "If x is negative, ReLU's slope is 1."),
        ("P3.2", "overfit", "Pooling helps generalization.", "Pooling hurts generalization."),
        ("P3.2", "overfit", "Without pooling it generalizes poorly.", "With pooling it generalizes poorly."),
        (
            "P3.1",
            "weights",
            "A dense layer has many weights for large images.",
            "A convolution has many for large images.",
        ),
        # a relation is no other thing, a purpose or a likeness that is denied is
        (
            "P3.1",
            "locality",
            "FC는 인접 화소와의 관계를 반영하지 못한다.",
            "CNN은 인접 화소와의 관계를 반영하지 못한다.",
        ),
        ("P3.1", "weights", "합성곱은 가중치 수가 적다.", "밀집층은 가중치 수가 적다."),
        ("P3.2", "smaller", "풀링은 계산량을 줄이기 위한 것이다.", "풀링은 계산량을 줄이기 위한 것이 아니다."),
        ("P3.1", "weights", "합성곱은 가중치가 적어서 쓴다.", "합성곱은 가중치가 적어서 쓰는 것이 아니다."),
        (
            "P3.2",
            "shape",
            "패딩을 쓰는 이유는 해상도를 유지하기 위해서이다.",
            "풀링을 쓰는 이유는 해상도를 유지하기 위해서이다.",
        ),
        ("P3.2", "smaller", "연산량을 줄이려면 풀링이 필요하다.", "연산량을 줄이려면 패딩이 필요하다."),
        ("P3.2", "shape", "패딩을 안 하면 합성곱 뒤 크기가 줄어든다.", "패딩을 하면 합성곱 뒤 크기가 줄어든다."),
        ("P3.1", "locality", "밀집층은 공간 구조를 왜곡한다.", "합성곱은 공간 구조를 왜곡한다."),
        (
            "P3.1",
            "locality",
            "합성곱은 공간 정보를 지키는 것이 장점이다.",
            "합성곱의 단점은 공간 정보를 버린다는 것이다.",
        ),
        ("P3.2", "overfit", "풀링은 일반화 성능을 높인다.", "풀링은 일반화 성능을 떨어뜨린다."),
        ("P3.1", "size", "밀집층은 사이즈가 달라지면 사용할 수 없다.", "합성곱은 사이즈가 달라지면 사용할 수 없다."),
        ("P2", "vanishing", "렐루는 기울기 소실이 드물다.", "시그모이드는 기울기 소실이 드물다."),
        ("P2", "vanishing", "렐루는 기울기 소실에 강하다.", "시그모이드는 기울기 소실에 강하다."),
        ("P3.1", "weights", "합성곱은 밀집층만큼 가중치가 많지 않다.", "합성곱도 밀집층처럼 가중치가 많다."),
        ("P2", "cheap", "시그모이드는 지수 연산이 있다.", "두 함수 모두 지수 연산이 있다."),
        ("P3.2", "overfit", "풀링을 하면 과적합이 없다.", "풀링은 과적합과 관련이 없다."),
        (
            "P2",
            "vanishing",
            "렐루에서 기울기가 사라진다고 생각하지 않는다.",
            "시그모이드에서 기울기가 사라진다고 생각하지 않는다.",
        ),
        ("P2", "saturation", "시그모이드의 미분값은 0.25를 넘지 않는다.", "시그모이드의 미분값은 0.25를 넘는다."),
        ("P3.2", "salient", "풀링은 중요한 특징만 남긴다.", "풀링은 중요한 특징 대신 배경을 남긴다."),
        ("P2", "vanishing", "렐루로 바꾸면 기울기 소실이 해결된다.", "시그모이드로 바꾸면 기울기 소실이 해결된다."),
        ("P2", "vanishing", "시그모이드는 기울기 소실에 취약하다.", "렐루는 기울기 소실에 취약하다."),
        ("P3.1", "weights", "합성곱은 가중치 공유로 파라미터 수가 적다.", "파라미터가 적은 밀집층보다 합성곱이 낫다."),
        ("P3.1", "locality", "합성곱은 공간 정보의 손실이 적다.", "밀집층은 공간 정보의 손실이 적다."),
        ("P2", "vanishing", "시그모이드는 기울기 소실로 학습이 어렵다.", "렐루는 기울기 소실로 학습이 어렵다."),
        (
            "P3.2",
            "shape",
            "패딩을 하면 합성곱을 해도 크기가 줄지 않는다.",
            "패딩을 하면 합성곱을 할 때마다 크기가 준다.",
        ),
    ],
)
def test_who_does_what_is_read_through_the_grammar(
    homework: Assignment, item: str, criterion: str, right: str, wrong: str
) -> None:
    assert share(homework, item, criterion, right) > 0
    assert share(homework, item, criterion, wrong) == 0


@pytest.mark.parametrize(
    "text",
    [
        "시그모이드 포화다. 기울기 소실이다. 지수 함수다. 희소성이다.",
        "기울기 소실이 있다. 포화가 있다. 지수 함수가 있다.",
        "기울기 소실임. 포화임. 희소성임.",
        "Sigmoid is saturation. Gradient is vanishing. Exponential is cost.",
        "There is saturation. There is a vanishing gradient. There is an exponential.",
    ],
)
def test_keywords_each_made_a_sentence_are_a_list(homework: Assignment, text: str) -> None:
    assert "list" in score(homework, "P2", text).guards


@pytest.mark.parametrize(
    "text",
    [
        "기울기 소실이 없음. 계산이 빠름. 희소함.",
        "시그모이드는 포화된다. 기울기가 0이 된다. 렐루는 기울기가 1이다.",
        "- 기울기 소실 방지\n- 연산 빠름\n- x>0에서 기울기 1임",
        "ReLU is cheap. Its slope is 1 for x>0. The sigmoid saturates.",
    ],
)
def test_short_notes_are_no_list_of_keywords(homework: Assignment, text: str) -> None:
    assert score(homework, "P2", text).guards == ()


@pytest.mark.parametrize(
    ("item", "text"),
    [
        # a reason that the rubric does not know
        ("P2", "시그모이드는 배치 크기가 크기 때문에 기울기가 소실된다."),
        ("P2", "The sigmoid has vanishing gradients due to overfitting."),
        # of whom, is not said, and only the wrong one is named
        ("P3.2", "끝부분에 있는 정보가 사라지는 것을 막으려고 풀링을 합니다."),
        ("P3.2", "Less computation and less overfitting; that is what padding is for."),
        # the writer does not know
        ("P3.1", "공간 정보가 뭔지 모르겠지만 중요하다고 들었다."),
        ("P2", "I have heard of vanishing gradients but I don't know what they are."),
        ("P3.2", "풀링이 과적합을 막는다는 말은 사실이 아니다."),
        ("P2", "Contrary to popular belief the sigmoid's gradient does vanish."),
        ("P2", "The belief that sigmoids make the gradient vanish has been debunked."),
        ("P2", "My neighbour asserts that ReLU is cheap to compute. He is wrong."),
        ("P2", "Were the sigmoid linear, ReLU's gradient would vanish."),
        ("P2", "렐루가 포화되었다면 기울기 소실이 없었을 것이다."),
        ("P2", "시그모이드는 계산이 비싸다는 주장이 있지만 근거가 없다."),
        ("P3.1", "파라미터가 적을 수도 많을 수도 있다."),
        ("P3.1", "It might have fewer weights or more."),
        # reasons for another than was asked of
        ("P2", "시그모이드를 쓰는 이유는 기울기 소실이 적고 연산이 저렴하기 때문이다."),
        ("P2", "I prefer sigmoid. No exponential, so little to compute."),
        ("P2", "Sigmoid is preferred: less computation."),
        # of what nobody asked about
        ("P2", "학습률의 기울기가 사라져서 시그모이드는 나쁘다."),
        ("P3.1", "Convolution shares its weights with the server."),
        ("P3.2", "합성곱은 가중치를 공유해서 파라미터가 적다."),
        # another item's answer
        ("P2", "합성곱층은 커널을 공유하므로 파라미터가 적고 계산이 가볍다."),
    ],
)
def test_what_only_sounds_right_is_for_a_person(homework: Assignment, item: str, text: str) -> None:
    assert score(homework, item, text).needs_review


@pytest.mark.parametrize(
    ("item", "criterion", "text"),
    [
        ("P3.1", "weights", "커널 크기를 정해야 한다."),  # `커널 크기만큼` needs its `만큼`
        ("P2", "cheap", "시그모이드와 ReLU를 비교하면 ReLU가 좋다."),
        ("P3.1", "weights", "합성곱은 가중치가 기하급수적이다."),
        ("P3.2", "salient", "풀링은 특징을 뭉갠다."),
        ("P2", "vanishing", "The loss is backpropagated by loss.backward()."),
        ("P2", "vanishing", "손실을 역전파한다."),
    ],
)
def test_part_of_a_words_meaning_is_not_the_word(homework: Assignment, item: str, criterion: str, text: str) -> None:
    assert share(homework, item, criterion, text) == 0


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("P2", "시그모이드를 쓰지 않는 이유는 기울기 소실 때문이다."),
        ("P2", "시그모이드 대신 ReLU를 쓰는 이유는 기울기 소실 때문이다."),
        ("P2", "ReLU is preferred over the sigmoid, whose gradient vanishes."),
        ("P2", "Why do we not use the sigmoid? Its gradient vanishes."),
        ("P3.2", "패딩을 하지 않았다면 가장자리 정보가 손실되었을 것이다."),
        ("P3.2", "Without padding the map would shrink."),
    ],
)
def test_reasons_against_another_are_no_reasons_for_it(homework: Assignment, item: str, text: str) -> None:
    result = score(homework, item, text)
    assert result.total > 0
    assert result.guards == ()


@pytest.mark.parametrize(
    ("item", "criterion", "text"),
    [
        ("P2", "vanishing", "시그모이드를 쌓으면 앞쪽 층은 기울기를 받지 못한다."),
        ("P2", "vanishing", "With sigmoids the gradients die."),
        ("P3.1", "weights", "합성곱은 외울 숫자가 몇 개 안 된다."),
        ("P3.1", "weights", "A convolution recycles its set of numbers."),
        ("P3.1", "size", "FC는 입력 차원이 박혀 있다."),
        ("P3.1", "size", "Convolutions do not care how large the picture is."),
        ("P3.1", "shift", "합성곱은 물체가 옮겨 가면 출력도 따라 움직인다."),
        ("P3.2", "shape", "With padding the map comes out as big as it went in."),
        ("P3.2", "shape", "Without padding the kernel eats rows and columns."),
        ("P3.2", "smaller", "풀링을 하면 다음 층이 처리할 데이터가 줄어든다."),
        ("P3.2", "salient", "풀링은 위치 차이에 덜 예민하다."),
    ],
)
def test_everyday_words_say_it_too(homework: Assignment, item: str, criterion: str, text: str) -> None:
    assert share(homework, item, criterion, text) > 0
