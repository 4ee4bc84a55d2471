"""What fitting finds: centres, clouds, trees and weights, exact and blind to the order of rows."""
