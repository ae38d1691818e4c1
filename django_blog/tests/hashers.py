from accounts.hashers import Argon2idHasher


class QuickHasher(Argon2idHasher):
    time_cost = 1
    memory_cost = 8
