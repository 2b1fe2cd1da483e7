"""Ordinary English words: they say what goes on and how, and never whether something shall be done.

No word about speaking, thinking, allowing or denying stands here: beside those a request may be none.
"""

ADVERBS = """
exception | exceptions | happened | stack trace | stacktrace | traceback |
a bit | a little | a lot | accepting | acting | actually | additional | anyway | appears | around | basically |
became | become | behaving | big | black friday | booting | both of | busy | came | causing | clearly | climbing |
come | comes | coming | complain | complaining | complains | completely | deal | decreased | definitely |
different | dropped | dropping | during | early | eating | empty | entirely | event day | exactly | experiencing |
extremely | facing | fast | few | fewer | full | fully | getting | goes | gone | got | growing | growth | handle |
handling | happening | happens | heavy | here | high | hitting | huge | idle | incoming | increased | increasing |
kind of | kinda | large | late | less | light | lighter | loading | log in | logging in | login | look | looks |
lots | low | many | massive | more | morning rush | most | mostly | much | nearly | noticed | often | others |
overnight | own | partially | particular | peak | peak hours | pretty | probably | quiet | quite | real | really |
reported | reporting | responding | rising | seeing | seem | seems | serving | several | sharp | sign in |
since the deploy | since the last deploy | so many | so much | sort of | starting | still | suddenly | super |
surge | the last deploy | the rest | their | there's | they're | though | through | today's | together | too many |
too much | total | totally | twice | underused | unused | using | usual | usually | very | way | went | whole thing
"""
"""Never names."""

NOUNS = """
backlog | capacity | cause | client | clients | clue | connection | connections | console | customer | customers |
data | demand | deployed | extra | idea | ideas | incident | load | people | performance | pressure | promo |
promotion | queue | queues | report | reports | risk | impact | request | requests | resources | response | responses | rush |
sale | sales | side | situation | thing | things | traffic | user | users | website | window | work
"""
"""Names too, where a message has no other."""
