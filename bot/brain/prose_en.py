"""Ordinary English words that are seldom names: they say what goes on and how, and never whether something shall be done.

No word about speaking, thinking, allowing or denying stands here: beside those a request may be none.
"""

PROSE = """
a bit | low | high | load | light | idea | ideas | clue | more | less | fewer | extra | additional | a little |
a lot | actually | anyway | around | basically | big | both of | busy | capacity | cause | causing | clearly |
client | clients | completely | connection | connections | console | customer | customers | data | definitely |
demand | deployed | different | during | early | entirely | exactly | extremely | fast | few | fully | getting |
got | growing | growth | happens | happening | heavy | huge | incident | incoming | kind of | kinda | large | late |
lighter | lots | many | massive | mostly | nearly | often | old | others | overnight | own | particular |
partially | peak | peak hours | people | performance | pressure | pretty | probably | promo | promotion | quiet |
quite | real | really | request | requests | resources | response | responses | report | reports | reported |
reporting | complain | complains | complaining | noticed | seeing | experiencing | facing | rising | rush | sale |
sales | seems | seem | several | sharp | side | situation | sort of | still | suddenly | super | surge | the rest |
their | there's | they're | thing | things | though | through | today's | together | total | totally | traffic |
twice | user | users | usual | usually | very | way | website | whole thing | window | work | eating | hitting |
handle | handling | looks | look | appears | became | become | went | goes | go | gone | came | come | comes |
coming | dropped | dropping | increasing | increased | decreased | climbing | behaving | acting | responding |
serving | loading | accepting | starting | booting | here | idle | underused | unused | full | empty |
black friday | deal | event day | queue | queues | backlog | morning rush
"""
