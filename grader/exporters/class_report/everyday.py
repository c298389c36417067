"""Words that are names of people too, and which answers about networks are full of: alone they name nobody."""

from __future__ import annotations

_KOREAN = """
가산 가상 가정 가중 강도 강하 경사 경우 고유 고정 공간 공유 공통 과정 구성 구조 구현 규모 균일 균형 기본 기술 기억
기울 기준 기호 길이 나라 나무 나중 내용 노력 단순 단일 대신 대체 도구 도달 도움 도입 동안 동일 동작 마다 마련 맞춤
명시 모양 모형 목적 무관 문자 문제 미분 민감 민첩 반대 반면 반복 방법 방식 방지 방향 배경 배수 배열 배운 배치 변동
변수 변화 변환 보통 복원 복잡 비선 비용 비율 사실 사용 사진 상대 상수 상승 선택 선형 선호 설명 설정 성공 성능 성분
소리 소모 소수 손상 손실 송신 수식 수용 수정 수준 수학 순서 시간 시작 시점 신경 신뢰 신호 실수 심층 안정 양상 양수
양식 여기 여러 여유 연결 연구 연산 연속 영상 영향 예상 예시 예측 오류 오직 오차 용량 용이 우선 우수 원래 원리 원본
원소 원인 위상 위치 유도 유사 유용 유의 유일 유지 유한 은닉 이것 이경 이곳 이기 이내 이는 이다 이도 이동 이득 이러
이런 이론 이루 이름 이만 이미 이산 이상 이선 이수 이심 이어 이용 이유 이의 이전 이점 이정 이제 이지 이진 이차 이하
이해 이후 인공 인수 인식 임계 임의 입력 자신 자유 작은 장점 재현 전달 전수 전원 전체 전파 전형 정규 정답 정도 정렬 정리
정말 정보 정상 정수 정의 정점 정지 정확 제거 제공 제한 조건 조금 조사 조절 조정 조합 주기 주로 주변 주성 주소 주어
주의 주장 준비 중간 중심 지나 지도 지수 지식 지역 진동 진리 진행 차례 차수 차원 차이 채널 채도 천천 초기 최대 최댓
최선 최소 최솟 최신 최악 최저 최적 최종 추가 추론 추정 추천 탁월 표기 표면 표본 표시 표준 표현 하강 하나 하다 하면
하여 하위 하지 학습 한계 한번 한정 한참 한편 함께 함수 현상 현실 현재 형상 형성 형태 확률 확산 황금
"""
# in small letters; as names they have a capital, as at the beginning of any sentence
_ENGLISH = """
ada adam art august bayes bell bill bishop black blue bond branch brown can case chain chance chase christian
close cross day do early field final fisher forest gain gauss gene gold good gray green hall hand hill
homework hope key lake lane large life long love low major mark max may mean min mini newton north notebook
past path pool power price reason rich river rock rose rule run scale sharp short sigma silver sky small song
stone storm strong summer sun taylor the tie trace true wall ward west will wise word young
answer assignment code group student submission team test
"""
WORDS = frozenset(f"{_KOREAN}{_ENGLISH}".split())
