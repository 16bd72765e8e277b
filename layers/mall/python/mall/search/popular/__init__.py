"""Hot words: what people search for most.

Each search that finds something is counted by the hour. A ranking is made of the last two days every few minutes, in
which a search counts half as much every twelve hours. Environments collect their counts and write them a few seconds
apart, so that a word that everybody searches for is not one row that everybody waits for; what an environment has not
written when it ends is lost, which a ranking can bear.
"""
