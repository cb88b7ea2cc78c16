"""The studies `exploration` and `randomized`: do more agents explore more?"""
