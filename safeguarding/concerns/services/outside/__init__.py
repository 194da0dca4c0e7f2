"""What becomes of a note that somebody without an account leaves? `links` the address of a school's page · `leaving` it
is written, unseen · `waiting` nobody has read it yet · `settling` it becomes a concern, or two people set it aside.
"""
