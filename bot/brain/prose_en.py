"""Ordinary English words: they say what goes on and how, and never whether something shall be done.

No word about speaking, thinking, allowing or denying stands here: beside those a request may be none.
"""

ADVERBS = """
a bit | low | high | light | more | less | fewer | additional | a little | a lot | actually | anyway | around |
basically | big | both of | busy | causing | clearly | completely | definitely | different | during | early |
entirely | exactly | extremely | fast | few | fully | getting | got | growing | growth | happens | happening |
heavy | huge | incoming | kind of | kinda | large | late | lighter | lots | many | massive | mostly | nearly |
often | old | others | overnight | own | particular | partially | peak | peak hours | pretty | probably | quiet |
quite | real | really | reported | reporting | complain | complains | complaining | noticed | seeing |
experiencing | facing | rising | seems | seem | several | sharp | sort of | still | suddenly | super | surge |
the rest | their | there's | they're | though | through | today's | together | total | totally | twice | usual |
usually | very | way | whole thing | eating | hitting | handle | handling | looks | look | appears | became |
become | went | goes | go | gone | came | come | comes | coming | dropped | dropping | increasing | increased |
decreased | climbing | behaving | acting | responding | serving | loading | accepting | starting | booting | here |
idle | underused | unused | full | empty | black friday | deal | event day | queue | queues | backlog |
morning rush
"""
"""Never names."""

NOUNS = """
data | report | reports | load | idea | ideas | clue | extra | capacity | cause | client | clients | connection |
connections | console | customer | customers | demand | deployed | incident | people | performance | pressure |
promo | promotion | request | requests | resources | response | responses | rush | sale | sales | side | situation |
thing | things | traffic | user | users | website | window | work
"""
"""Names too, where a message has no other."""
