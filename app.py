"""The app: discover the lectures, draw the menu, run the page that the address names."""

from cnnviz.ui.lecture import navigate

# worker processes may import this file under another name; only Streamlit runs it as the main script
if __name__ == "__main__":
    navigate().run()
